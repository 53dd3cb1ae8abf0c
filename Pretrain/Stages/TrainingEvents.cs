using System.Globalization;
using DataForge.Corpus.Events;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>Writes a training's progress to the run's event log, and its figures to TensorBoard.</summary>
/// <param name="events">The run's log.</param>
/// <param name="steps">Steps of the whole run.</param>
/// <param name="tensorBoard">The folder of TensorBoard's event files.</param>
/// <param name="clock">The clock for their times.</param>
internal sealed class TrainingEvents(EventLog events, long steps, string tensorBoard, TimeProvider clock) : ITrainingLog, IDisposable
{
    private TensorBoardWriter? _scalars;

    /// <inheritdoc/>
    public void RunStarted(in TrainingStarted started)
    {
        events.Write(Note.Information(
            $"training {started.Parameters:N0} parameters on {started.Device} ({started.Threads} threads, "
            + $"{started.Precision.ToString().ToLowerInvariant()}, libtorch {started.Libtorch})"
            + (started.FirstStep > 0 ? $", going on at step {started.FirstStep:N0}" : "")));
        if (started.PeakFlops > 0)
        {
            double share = 100_000 * started.FlopsPerToken / started.PeakFlops; // in percent, of 1,000 tokens a second
            events.Write(Note.Information(string.Create(
                CultureInfo.InvariantCulture,
                $"1,000 tokens/s are {share:G2} % of the device's peak of {started.PeakFlops / 1e12:G3} TFLOP/s")));
        }

        _scalars?.Dispose();
        _scalars = new TensorBoardWriter(tensorBoard, "dataforge", started.FirstStep, clock);
    }

    /// <inheritdoc/>
    public void StepCompleted(in StepMetrics step)
    {
        long number = step.Step + 1; // events and TensorBoard count steps from 1
        events.Write(new TrainingStep(
            number, steps, step.Loss, step.TokensPerSecond, step.LearningRate, step.GradientNorm, step.Utilisation, step.SecondsLeft,
            step.MemoryBytes));
        _scalars!.Scalar("train/loss", number, step.Loss);
        _scalars.Scalar("train/learning_rate", number, step.LearningRate);
        _scalars.Scalar("train/gradient_norm", number, step.GradientNorm);
        _scalars.Scalar("speed/tokens_per_second", number, step.TokensPerSecond);
        _scalars.Scalar("speed/mfu", number, step.Utilisation);
        _scalars.Scalar("speed/seconds_left", number, step.SecondsLeft);
        _scalars.Scalar("memory/bytes", number, step.MemoryBytes);
    }

    /// <inheritdoc/>
    public void EvaluationCompleted(in TrainingEvaluation evaluation)
    {
        events.Write(new TrainingEvaluated(evaluation.Step, evaluation.Loss, evaluation.IsBest));
        _scalars?.Scalar("validation/loss", evaluation.Step, evaluation.Loss);
    }

    /// <inheritdoc/>
    public void StepSkipped(in TrainingStepSkipped skipped) =>
        events.Write(new TrainingSkipped(skipped.Step + 1, skipped.Reason, skipped.Loss, skipped.GradientNorm));

    /// <inheritdoc/>
    public void CheckpointSaved(in TrainingCheckpoint checkpoint)
    {
        // No event: the folder shows it, and a line for each would push the losses off the terminal.
    }

    /// <inheritdoc/>
    public void CheckpointRejected(in TrainingCheckpoint checkpoint) =>
        events.Write(Note.Warning($"the checkpoint of step {checkpoint.Step:N0} was put aside: {checkpoint.Detail}"));

    /// <inheritdoc/>
    public void Warning(string text) => events.Write(Note.Warning(text));

    /// <inheritdoc/>
    public void Dispose() => _scalars?.Dispose();
}

/// <summary>Writes nothing: for all processes but rank 0, whose log says the same.</summary>
internal sealed class NullTrainingLog : ITrainingLog;
