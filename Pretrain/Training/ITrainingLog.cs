namespace DataForge.Pretrain.Training;

/// <summary>What a run consists of; logged once, at its start or resume.</summary>
/// <param name="FirstStep">0, or the steps that the checkpoint had completed.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Parameters">Parameters of the model.</param>
/// <param name="TokensPerStep">Tokens of one optimizer step.</param>
/// <param name="FlopsPerToken">6 N + 12 L H T: a forward and a backward pass, attention included (PaLM, appendix B,
/// https://arxiv.org/abs/2204.02311).</param>
/// <param name="PeakFlops">Floating-point operations per second of all devices together: given, or measured with a matrix product.</param>
/// <param name="Device">cpu or cuda:N.</param>
/// <param name="Threads">Threads an operator may use.</param>
/// <param name="Precision">The element type that the model computes with.</param>
/// <param name="Libtorch">Version of libtorch.</param>
public readonly record struct TrainingStarted(
    long FirstStep, long Steps, long Parameters, long TokensPerStep, double FlopsPerToken, double PeakFlops, string Device, int Threads,
    Precision Precision, string Libtorch);

/// <summary>
/// The figures of one completed step. A struct, so that a step allocates nothing; the event log's form of it is
/// <see cref="Corpus.Events.TrainingStep"/>.
/// </summary>
/// <param name="Step">Step number, from 0.</param>
/// <param name="Loss">Mean cross-entropy in nats, before the update.</param>
/// <param name="TokensPerSecond">Of this step alone, from the batch to the update.</param>
/// <param name="LearningRate">Learning rate of this step.</param>
/// <param name="GradientNorm">2-norm of all gradients, before clipping.</param>
/// <param name="Utilisation">Model FLOPs utilisation (MFU), 0 to 1: TokensPerSecond × FlopsPerToken / PeakFlops.</param>
/// <param name="Tokens">Tokens seen since step 0, this step included.</param>
/// <param name="SecondsLeft">Remaining time at the mean speed since this process began.</param>
/// <param name="MemoryBytes">Resident memory of the process, in bytes.</param>
public readonly record struct StepMetrics(
    long Step, double Loss, double TokensPerSecond, double LearningRate, double GradientNorm, double Utilisation, long Tokens,
    double SecondsLeft, long MemoryBytes);

/// <summary>One evaluation on the held-out batches.</summary>
/// <param name="Step">Steps completed before it.</param>
/// <param name="Loss">Mean cross-entropy in nats over the counted tokens.</param>
/// <param name="Tokens">Tokens counted.</param>
/// <param name="IsBest">Whether the loss is the lowest so far.</param>
public readonly record struct TrainingEvaluation(long Step, double Loss, long Tokens, bool IsBest);

/// <summary>A step whose update was skipped: the weights are those before it.</summary>
/// <param name="Step">Step number, from 0.</param>
/// <param name="Loss">Mean cross-entropy in nats; may be NaN or infinite.</param>
/// <param name="GradientNorm">2-norm of all gradients; may be NaN or infinite.</param>
/// <param name="Reason">Why it was skipped, in words.</param>
public readonly record struct TrainingStepSkipped(long Step, double Loss, double GradientNorm, string Reason);

/// <summary>A checkpoint that was saved or rejected.</summary>
/// <param name="Step">Steps completed before it.</param>
/// <param name="Folder">The checkpoint's folder.</param>
/// <param name="Detail">Why it was saved (interval, best, end, cancelled) or rejected.</param>
public readonly record struct TrainingCheckpoint(long Step, string Folder, string Detail);

/// <summary>
/// Receives what happens in a training; what a log does not implement does nothing. Called on the training thread, so a call should return
/// quickly.
/// </summary>
public interface ITrainingLog
{
    /// <summary>The run starts or resumes.</summary>
    void RunStarted(in TrainingStarted started)
    {
    }

    /// <summary>A step was completed.</summary>
    void StepCompleted(in StepMetrics step)
    {
    }

    /// <summary>The model was evaluated on the held-out batches.</summary>
    void EvaluationCompleted(in TrainingEvaluation evaluation)
    {
    }

    /// <summary>A step's update was skipped.</summary>
    void StepSkipped(in TrainingStepSkipped skipped)
    {
    }

    /// <summary>A checkpoint was saved.</summary>
    void CheckpointSaved(in TrainingCheckpoint checkpoint)
    {
    }

    /// <summary>A checkpoint was damaged and was renamed; an older one, or the beginning, is used instead.</summary>
    void CheckpointRejected(in TrainingCheckpoint checkpoint)
    {
    }

    /// <summary>The run continues, but something is slower or otherwise not as it could be.</summary>
    void Warning(string text)
    {
    }
}
