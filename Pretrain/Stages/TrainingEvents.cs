using DataForge.Corpus.Events;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>Writes what a trainer tells to the run's event log.</summary>
internal sealed class TrainingEvents(EventLog events, long steps) : ITrainingLog
{
    public void Started(in TrainingStarted started) => events.Write(Note.Information(
        $"training {started.Parameters:N0} parameters on {started.Device} ({started.Threads} threads, libtorch {started.Libtorch})"
        + (started.FirstStep > 0 ? $", going on at step {started.FirstStep:N0}" : "")));

    public void Step(in Training.TrainingStep step) => events.Write(new Corpus.Events.TrainingStep(
        step.Step + 1, steps, step.Loss, step.TokensPerSecond, step.LearningRate, step.GradientNorm, step.Utilisation, step.SecondsLeft));

    public void Evaluated(in TrainingEvaluation evaluation) =>
        events.Write(new TrainingEvaluated(evaluation.Step, evaluation.Loss, evaluation.IsBest));

    public void Skipped(in TrainingStepSkipped skipped) =>
        events.Write(new TrainingSkipped(skipped.Step + 1, skipped.Reason, skipped.Loss, skipped.GradientNorm));

    public void Saved(in TrainingCheckpoint checkpoint)
    {
        // The folder itself says it; a line each would only scroll the losses away.
    }

    public void Rejected(in TrainingCheckpoint checkpoint) =>
        events.Write(Note.Warning($"the checkpoint of step {checkpoint.Step:N0} was put aside: {checkpoint.Detail}"));
}
