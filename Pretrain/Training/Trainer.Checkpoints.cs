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
        Model.Refresh();
        double loss = 0;
        tokens = 0;
        for (int i = peers?.Rank ?? 0; i < data.ValidationBatches; i += peers?.Size ?? 1)
        {
            tokens += batches.ReadValidation(i);
            batches.Load(0);
            loss += Model.LossSum(batches.Ids, batches.Targets, options.BatchSize, options.BlockSize, Within(cancellation));
        }

        tokens = Sum(tokens);
        return Sum(loss) / tokens;
    }

    private void Save(CheckpointStore store, string reason)
    {
        if (peers is { Rank: > 0 } || Directory.Exists(store.PathOf(progress.Step)))
        {
            return; // rank 0 writes for all
        }

        store.Save(progress, Model.Parameters, optimizer);
        store.Prune(options.CheckpointsKept, progress.BestLoss is null ? -1 : progress.BestStep);
        log.Saved(new TrainingCheckpoint(progress.Step, store.PathOf(progress.Step), reason));
    }

    /// <summary>Takes up the newest checkpoint that is sound: rank 0 reads it, so the others need not see the folder.</summary>
    private void Resume(CheckpointStore store)
    {
        if (peers is null)
        {
            TakeUpNewest(store);
            return;
        }

        string? fault = null;
        if (peers.Rank == 0)
        {
            try
            {
                TakeUpNewest(store);
            }
            catch (Exception e) when (e is TrainingException or IOException or InvalidDataException or UnauthorizedAccessException)
            {
                fault = e.Message; // the others must hear of it before this process ends
            }
        }

        if (Sum(fault is null ? 0.0 : 1) > 0)
        {
            throw new TrainingException(fault ?? "process 0 could not begin; its own message says why");
        }

        ShareProgress(peers);
    }

    private void ShareProgress(DataParallel peers)
    {
        Span<double> numbers =
        [
            progress.Step, optimizer.Updates, progress.BestLoss ?? double.NaN, progress.BestStep, progress.EvaluatedStep,
            progress.EvaluatedLoss ?? double.NaN, progress.EvaluationsSinceBest, spikes.Mean, spikes.Count, spikes.SkippedInARow,
        ];
        peers.Broadcast(numbers);
        peers.Broadcast(Model.Parameters.Values);
        peers.Broadcast(optimizer.ExpAvg);
        peers.Broadcast(optimizer.ExpAvgSq);
        progress.BestLoss = double.IsNaN(numbers[2]) ? null : numbers[2];
        progress.BestStep = (long)numbers[3];
        progress.EvaluatedStep = (long)numbers[4];
        progress.EvaluatedLoss = double.IsNaN(numbers[5]) ? null : numbers[5];
        progress.EvaluationsSinceBest = (int)numbers[6];
        optimizer.Updates = (long)numbers[1];
        spikes.Mean = numbers[7];
        spikes.Count = (long)numbers[8];
        spikes.SkippedInARow = (int)numbers[9];
        Progress((long)numbers[0]);
    }

    /// <summary>Takes up the newest checkpoint that is sound; a damaged one is put aside and told.</summary>
    private void TakeUpNewest(CheckpointStore store)
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
