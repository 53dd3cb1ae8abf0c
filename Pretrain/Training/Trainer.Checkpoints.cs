namespace DataForge.Pretrain.Training;

/// <content>Evaluation, and going on from where a run left off.</content>
public sealed partial class Trainer
{
    /// <summary>Evaluates; gives whether the loss is the lowest so far.</summary>
    private bool Evaluate(CancellationToken cancellation)
    {
        if (_data.ValidationBatches == 0)
        {
            return false;
        }

        double loss = Validate(cancellation, out long tokens);
        bool best = loss < (_progress.BestLoss ?? double.PositiveInfinity);
        _progress.EvaluatedStep = _progress.Step;
        _progress.EvaluatedLoss = double.IsFinite(loss) ? loss : null;
        _progress.EvaluationsSinceBest = best ? 0 : _progress.EvaluationsSinceBest + 1;
        if (best)
        {
            _progress.BestLoss = loss;
            _progress.BestStep = _progress.Step;
        }

        _log.EvaluationCompleted(new TrainingEvaluation(_progress.Step, loss, tokens, best));
        return best;
    }

    private double Validate(CancellationToken cancellation, out long tokens)
    {
        Model.RefreshComputeValues();
        double loss = 0;
        tokens = 0;
        for (int i = _peers?.Rank ?? 0; i < _data.ValidationBatches; i += _peers?.WorldSize ?? 1)
        {
            tokens += _batches.ReadValidation(i);
            _batches.LoadMicroBatch(0);
            loss += Model.LossSum(_batches.Ids, _batches.Targets, _options.BatchSize, _options.BlockSize, Within(cancellation));
        }

        tokens = Sum(tokens);
        return Sum(loss) / tokens;
    }

    private void Save(CheckpointStore store, string reason)
    {
        if (_peers is { Rank: > 0 } || Directory.Exists(store.PathOf(_progress.Step)))
        {
            return; // rank 0 writes for all
        }

        store.Save(_progress, Model.Parameters, _optimizer);
        store.Prune(_options.CheckpointsKept, _progress.BestLoss is null ? -1 : _progress.BestStep);
        _log.CheckpointSaved(new TrainingCheckpoint(_progress.Step, store.PathOf(_progress.Step), reason));
    }

    /// <summary>Takes up the newest checkpoint that is sound: rank 0 reads it, so the others need not see the folder.</summary>
    private void Resume(CheckpointStore store)
    {
        if (_peers is null)
        {
            TakeUpNewest(store);
            return;
        }

        string? fault = null;
        if (_peers.Rank == 0)
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

        ShareProgress(_peers);
    }

    private void ShareProgress(DataParallel peers)
    {
        Span<double> numbers =
        [
            _progress.Step, _optimizer.Updates, _progress.BestLoss ?? double.NaN, _progress.BestStep, _progress.EvaluatedStep,
            _progress.EvaluatedLoss ?? double.NaN, _progress.EvaluationsSinceBest, _spikes.Mean, _spikes.Count, _spikes.SkippedInARow,
        ];
        peers.Broadcast(numbers);
        peers.Broadcast(Model.Parameters.Values);
        peers.Broadcast(_optimizer.ExpAvg);
        peers.Broadcast(_optimizer.ExpAvgSq);
        _progress.BestLoss = double.IsNaN(numbers[2]) ? null : numbers[2];
        _progress.BestStep = (long)numbers[3];
        _progress.EvaluatedStep = (long)numbers[4];
        _progress.EvaluatedLoss = double.IsNaN(numbers[5]) ? null : numbers[5];
        _progress.EvaluationsSinceBest = (int)numbers[6];
        _optimizer.Updates = (long)numbers[1];
        _spikes.Mean = numbers[7];
        _spikes.Count = (long)numbers[8];
        _spikes.SkippedInARow = (int)numbers[9];
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
                _log.CheckpointRejected(new TrainingCheckpoint(step, store.Quarantine(step), e.Message));
                continue;
            }

            CheckSameRun(state, store.PathOf(step));
            store.Load(step, Model.Parameters, _optimizer);
            _optimizer.Updates = state.Updates;
            _spikes.Mean = state.NormMean;
            _spikes.Count = state.NormCount;
            _spikes.SkippedInARow = state.SkippedInARow;
            _progress = state;
            return;
        }
    }

    private void CheckSameRun(CheckpointState state, string path)
    {
        Require("model", state.Model, _progress.Model);
        Require("options", state.Options, _progress.Options);
        Require("start", state.Start, _progress.Start);
        Require("data", state.Data, _progress.Data);

        void Require(string what, string found, string wanted)
        {
            if (found != wanted)
            {
                throw new TrainingException($"{path} is of another run: its {what} is \"{found}\", this run's is \"{wanted}\"; use another run name, or remove the checkpoints");
            }
        }
    }
}
