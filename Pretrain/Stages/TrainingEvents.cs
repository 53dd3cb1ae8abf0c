using System.Globalization;
using DataForge.Corpus.Events;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>Writes what a trainer tells to the run's event log, and the figures to TensorBoard's.</summary>
/// <param name="events">The run's log.</param>
/// <param name="steps">Steps of the whole run.</param>
/// <param name="tensorBoard">The folder of event files.</param>
/// <param name="clock">For their times.</param>
internal sealed class TrainingEvents(EventLog events, long steps, string tensorBoard, TimeProvider clock) : ITrainingLog, IDisposable
{
    private TensorBoardWriter? scalars;

    /// <summary>The loss of the last step made; null before the first.</summary>
    public double? LastLoss { get; private set; }

    public void Started(in TrainingStarted started)
    {
        events.Write(Note.Information(
            $"training {started.Parameters:N0} parameters on {started.Device} ({started.Threads} threads, libtorch {started.Libtorch})"
            + (started.FirstStep > 0 ? $", going on at step {started.FirstStep:N0}" : "")));
        events.Write(Note.Information(string.Create(
            CultureInfo.InvariantCulture,
            $"MFU is tokens/s × {started.FlopsPerToken / 1e9:F3} GFLOP a token (6 N + 12 L H T) over a peak of {started.PeakFlops / 1e12:F3} TFLOP/s")));
        scalars?.Dispose();
        scalars = new TensorBoardWriter(tensorBoard, "dataforge", started.FirstStep, clock);
    }

    public void Step(in Training.TrainingStep step)
    {
        long number = step.Step + 1;
        LastLoss = step.Loss;
        events.Write(new Corpus.Events.TrainingStep(
            number, steps, step.Loss, step.TokensPerSecond, step.LearningRate, step.GradientNorm, step.Utilisation, step.SecondsLeft, step.MemoryBytes));
        scalars!.Scalar("train/loss", number, step.Loss);
        scalars.Scalar("train/learning_rate", number, step.LearningRate);
        scalars.Scalar("train/gradient_norm", number, step.GradientNorm);
        scalars.Scalar("speed/tokens_per_second", number, step.TokensPerSecond);
        scalars.Scalar("speed/mfu", number, step.Utilisation);
        scalars.Scalar("speed/seconds_left", number, step.SecondsLeft);
        scalars.Scalar("memory/bytes", number, step.MemoryBytes);
    }

    public void Evaluated(in TrainingEvaluation evaluation)
    {
        events.Write(new TrainingEvaluated(evaluation.Step, evaluation.Loss, evaluation.IsBest));
        scalars?.Scalar("validation/loss", evaluation.Step, evaluation.Loss);
    }

    public void Skipped(in TrainingStepSkipped skipped) =>
        events.Write(new TrainingSkipped(skipped.Step + 1, skipped.Reason, skipped.Loss, skipped.GradientNorm));

    public void Saved(in TrainingCheckpoint checkpoint)
    {
        // The folder itself says it; a line each would only scroll the losses away.
    }

    public void Rejected(in TrainingCheckpoint checkpoint) =>
        events.Write(Note.Warning($"the checkpoint of step {checkpoint.Step:N0} was put aside: {checkpoint.Detail}"));

    public void Noted(string text) => events.Write(Note.Warning(text));

    /// <inheritdoc/>
    public void Dispose() => scalars?.Dispose();
}

/// <summary>What the processes behind the first one write: nothing, since they would only say the same.</summary>
internal sealed class QuietLog : ITrainingLog
{
    public void Started(in TrainingStarted started)
    {
    }

    public void Step(in Training.TrainingStep step)
    {
    }

    public void Evaluated(in TrainingEvaluation evaluation)
    {
    }

    public void Skipped(in TrainingStepSkipped skipped)
    {
    }

    public void Saved(in TrainingCheckpoint checkpoint)
    {
    }

    public void Rejected(in TrainingCheckpoint checkpoint)
    {
    }
}
