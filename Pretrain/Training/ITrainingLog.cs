namespace DataForge.Pretrain.Training;

/// <summary>What a run is made of, told once at its start or resume.</summary>
/// <param name="FirstStep">0, or the step that a checkpoint left off at.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Parameters">Trained numbers of the model.</param>
/// <param name="TokensPerStep">Tokens of one optimizer step.</param>
/// <param name="FlopsPerToken">6 N + 12 L H T: a forward and a backward pass, attention included (PaLM, appendix B,
/// https://arxiv.org/abs/2204.02311).</param>
/// <param name="PeakFlops">What the device could do in a second: given, or measured with a matrix product.</param>
/// <param name="Device">cpu or cuda:N.</param>
/// <param name="Threads">Threads an operator may use.</param>
/// <param name="Libtorch">Its version.</param>
public readonly record struct TrainingStarted(
    long FirstStep, long Steps, long Parameters, long TokensPerStep, double FlopsPerToken, double PeakFlops, string Device, int Threads, string Libtorch);

/// <summary>One optimizer step.</summary>
/// <param name="Step">Counted from 0.</param>
/// <param name="Loss">Mean cross-entropy in nats, before the update.</param>
/// <param name="TokensPerSecond">Of this step alone, from the batch to the update.</param>
/// <param name="LearningRate">Used in this step.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="Utilisation">MFU, 0 to 1: TokensPerSecond × FlopsPerToken / PeakFlops.</param>
/// <param name="Tokens">Tokens seen since step 0, this step included.</param>
/// <param name="SecondsLeft">At the mean speed since this process began.</param>
/// <param name="MemoryBytes">The process's resident memory.</param>
public readonly record struct StepMetrics(
    long Step, double Loss, double TokensPerSecond, double LearningRate, double GradientNorm, double Utilisation, long Tokens, double SecondsLeft,
    long MemoryBytes);

/// <summary>One pass over the held-out batches.</summary>
/// <param name="Step">Steps made before it.</param>
/// <param name="Loss">Mean cross-entropy in nats over the counted tokens.</param>
/// <param name="Tokens">How many counted.</param>
/// <param name="IsBest">Whether it is the lowest so far.</param>
public readonly record struct TrainingEvaluation(long Step, double Loss, long Tokens, bool IsBest);

/// <summary>A step whose update was left out: the weights are those before it.</summary>
/// <param name="Step">Counted from 0.</param>
/// <param name="Loss">May be NaN or infinite.</param>
/// <param name="GradientNorm">May be NaN or infinite.</param>
/// <param name="Reason">In words.</param>
public readonly record struct TrainingStepSkipped(long Step, double Loss, double GradientNorm, string Reason);

/// <summary>A checkpoint, saved or found unusable.</summary>
/// <param name="Step">Steps made before it.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Detail">Why it was saved (interval, best, end, cancelled) or rejected.</param>
public readonly record struct TrainingCheckpoint(long Step, string Folder, string Detail);

/// <summary>Takes what a <see cref="Trainer"/> has to tell, on the training thread: quick calls please.</summary>
public interface ITrainingLog
{
    /// <summary>The run begins or goes on.</summary>
    void RunStarted(in TrainingStarted started);

    /// <summary>A step was made.</summary>
    void StepCompleted(in StepMetrics step);

    /// <summary>The held-out batches were read.</summary>
    void EvaluationCompleted(in TrainingEvaluation evaluation);

    /// <summary>A step's update was left out.</summary>
    void StepSkipped(in TrainingStepSkipped skipped);

    /// <summary>A checkpoint is on disk.</summary>
    void CheckpointSaved(in TrainingCheckpoint checkpoint);

    /// <summary>A checkpoint was found unusable and put aside; an older one, or the beginning, takes its place.</summary>
    void CheckpointRejected(in TrainingCheckpoint checkpoint);

    /// <summary>Something about the way the run goes on that its user may want to know.</summary>
    void Warning(string text)
    {
    }
}
