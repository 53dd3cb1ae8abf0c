namespace DataForge.Pretrain.Training;

/// <summary>
/// Saves a run's state and resumes from it. Rank 0 alone reads and writes the folder; the others get its state over the process group, so
/// they need not share a file system.
/// </summary>
/// <param name="store">The run's checkpoint folder.</param>
/// <param name="runner">Holds the weights and the optimizer.</param>
/// <param name="peers">The processes that train together.</param>
/// <param name="log">Receives the checkpoints saved and rejected.</param>
/// <param name="newestKept">How many of the newest checkpoints stay; the best stays beside them.</param>
internal sealed class Checkpointer(CheckpointStore store, ITrainingStepRunner runner, ProcessPeers peers, ITrainingLog log, int newestKept)
{
    /// <summary>Writes a checkpoint of the state and prunes old ones; does nothing if that step has one already.</summary>
    internal void Save(CheckpointState state, string reason)
    {
        string folder = store.PathOf(state.Step);
        if (!peers.IsRankZero || Directory.Exists(folder))
        {
            return;
        }

        store.Save(state, runner.SaveTensors);
        store.Prune(newestKept, state.BestLoss is null ? -1 : state.BestStep);
        log.CheckpointSaved(new TrainingCheckpoint(state.Step, folder, reason));
    }

    /// <summary>Loads the newest valid checkpoint, in all processes. If there is none, the run starts from the beginning.</summary>
    /// <param name="initial">The state of a new run; a checkpoint must be of the same model, options, data and start.</param>
    /// <returns>The state to continue from.</returns>
    /// <exception cref="TrainingException">A checkpoint is of another run, or rank 0 could not read it.</exception>
    internal CheckpointState Resume(CheckpointState initial)
    {
        if (peers.WorldSize == 1)
        {
            return LoadNewest(initial);
        }

        CheckpointState state = initial;
        string? fault = null;
        if (peers.IsRankZero)
        {
            try
            {
                state = LoadNewest(initial);
            }
            catch (Exception e) when (e is TrainingException or IOException or InvalidDataException or UnauthorizedAccessException)
            {
                fault = e.Message; // thrown below, after the others know of it: they would wait for this process otherwise
            }
        }

        if (peers.AllReduce(fault is null ? 0.0 : 1) > 0)
        {
            throw new TrainingException(fault ?? "process 0 could not begin; its own message says why");
        }

        Broadcast(state);
        runner.BroadcastTensors();
        return state;
    }

    private CheckpointState LoadNewest(CheckpointState initial)
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
                log.CheckpointRejected(new TrainingCheckpoint(step, store.Quarantine(step), e.Message));
                continue;
            }

            RequireSameRun(state, initial, store.PathOf(step));
            store.Load(step, runner.LoadTensors);
            return state;
        }

        return initial;
    }

    private static void RequireSameRun(CheckpointState found, CheckpointState expected, string path)
    {
        if (found.Engine != expected.Engine)
        {
            throw new TrainingException(
                $"{path} was made by the {TrainingEngines.NameOf(found.Engine)} engine, which rounds otherwise than the "
                + $"{TrainingEngines.NameOf(expected.Engine)} engine; give pretrain.engine={TrainingEngines.NameOf(found.Engine)} "
                + "to go on, or use another run name");
        }

        Require("model", found.Model, expected.Model);
        Require("options", found.Options, expected.Options);
        Require("start", found.Start, expected.Start);
        Require("data", found.Data, expected.Data);

        void Require(string what, string actual, string wanted)
        {
            if (actual != wanted)
            {
                throw new TrainingException(
                    $"{path} is of another run: its {what} is \"{actual}\", this run's is \"{wanted}\"; "
                    + "use another run name, or remove the checkpoints");
            }
        }
    }

    /// <summary>
    /// Gives every process rank 0's numbers. The fingerprints are equal already: <see cref="ProcessPeers.RequireSameRun"/>.
    /// </summary>
    private void Broadcast(CheckpointState state)
    {
        Span<double> numbers =
        [
            state.Step, state.Updates, state.BestLoss ?? double.NaN, state.BestStep, state.EvaluatedStep, state.EvaluatedLoss ?? double.NaN,
            state.EvaluationsSinceBest, state.NormMean, state.NormCount, state.SkippedInARow,
        ];
        peers.Broadcast(numbers);
        state.Step = (long)numbers[0];
        state.Updates = (long)numbers[1];
        state.BestLoss = double.IsNaN(numbers[2]) ? null : numbers[2];
        state.BestStep = (long)numbers[3];
        state.EvaluatedStep = (long)numbers[4];
        state.EvaluatedLoss = double.IsNaN(numbers[5]) ? null : numbers[5];
        state.EvaluationsSinceBest = (int)numbers[6];
        state.NormMean = numbers[7];
        state.NormCount = (long)numbers[8];
        state.SkippedInARow = (int)numbers[9];
    }
}
