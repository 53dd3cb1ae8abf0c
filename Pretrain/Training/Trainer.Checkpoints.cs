using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <content>Evaluation, and going on from where a run left off.</content>
public sealed partial class Trainer
{
    /// <summary>Evaluates; gives whether the loss is the lowest so far.</summary>
    private bool Evaluate(CancellationToken cancellation)
    {
        if (data.ValidationBatches == 0)
        {
            return false;
        }

        double loss = Validate(cancellation, out long tokens);
        bool best = loss < (progress.BestLoss ?? double.PositiveInfinity);
        progress.EvaluatedStep = progress.Step;
        progress.EvaluatedLoss = double.IsFinite(loss) ? loss : null;
        progress.EvaluationsSinceBest = best ? 0 : progress.EvaluationsSinceBest + 1;
        if (best)
        {
            progress.BestLoss = loss;
            progress.BestStep = progress.Step;
        }

        log.Evaluated(new TrainingEvaluation(progress.Step, loss, tokens, best));
        return best;
    }

    private double Validate(CancellationToken cancellation, out long tokens)
    {
        double loss = 0;
        tokens = 0;
        for (int i = 0; i < data.ValidationBatches; i++)
        {
            tokens += batches.ReadValidation(i);
            batches.Load(0);
            loss += Model.LossSum(batches.Ids, batches.Targets, options.BatchSize, options.BlockSize, cancellation);
        }

        return loss / tokens;
    }

    private void Save(CheckpointStore store, string reason)
    {
        if (Directory.Exists(store.PathOf(progress.Step)))
        {
            return;
        }

        store.Save(progress, Model.Parameters, optimizer);
        store.Prune(options.CheckpointsKept, progress.BestLoss is null ? -1 : progress.BestStep);
        log.Saved(new TrainingCheckpoint(progress.Step, store.PathOf(progress.Step), reason));
    }

    /// <summary>Takes up the newest checkpoint that is sound; a damaged one is put aside and told.</summary>
    private void Resume(CheckpointStore store)
    {
        foreach (long step in store.Steps().Reverse())
        {
            CheckpointState state;
            try
            {
                state = store.Verify(step);
            }
            catch (InvalidDataException e)
            {
                log.Rejected(new TrainingCheckpoint(step, store.PutAside(step), e.Message));
                continue;
            }

            CheckSameRun(state, store.PathOf(step));
            store.Load(step, Model.Parameters, optimizer);
            optimizer.Updates = state.Updates;
            spikes.Mean = state.NormMean;
            spikes.Count = state.NormCount;
            spikes.SkippedInARow = state.SkippedInARow;
            progress = state;
            return;
        }
    }

    private void CheckSameRun(CheckpointState state, string path)
    {
        Require("model", state.Model, progress.Model);
        Require("options", state.Options, progress.Options);
        Require("start", state.Start, progress.Start);
        Require("data", state.Data, progress.Data);

        void Require(string what, string found, string wanted)
        {
            if (found != wanted)
            {
                throw new TrainingException($"{path} is of another run: its {what} is \"{found}\", this run's is \"{wanted}\"; use another run name, or remove the checkpoints");
            }
        }
    }
}
