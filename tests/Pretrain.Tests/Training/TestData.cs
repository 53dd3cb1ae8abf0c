using DataForge.Pretrain.Model;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>Batches from an array: step N's are row N (golden runs), or noisy affine sequences drawn from (seed, step).</summary>
internal sealed class ArrayData(long[] tokens, int rowLength) : ITrainingData
{
    public string Fingerprint => "array";

    public int ValidationBatches => 0;

    public void FillBatch(long step, int microBatch, Span<int> into, Span<int> labels)
    {
        for (int i = 0; i < into.Length; i++)
        {
            into[i] = (int)tokens[(step * rowLength) + (microBatch * into.Length) + i];
        }

        into.CopyTo(labels);
    }

    public void FillValidation(int index, Span<int> into, Span<int> labels) => throw new NotSupportedException();
}

/// <summary>x[t+1] = (5 x[t] + 7) mod V nine times of ten, else uniform: something that a small model learns. As the golden runs use.</summary>
internal sealed class AffineData(int vocabulary, int block, ulong seed = 1) : ITrainingData
{
    /// <summary>Steps at which a call is answered differently: for tests of what may go wrong.</summary>
    internal Action<long>? OnFill { get; set; }

    public string Fingerprint => $"affine {vocabulary} {block} {seed}";

    public int ValidationBatches => 2;

    public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
    {
        OnFill?.Invoke(step);
        Fill($"{step}/{microBatch}", tokens, labels);
    }

    public void FillValidation(int index, Span<int> tokens, Span<int> labels) => Fill($"validation {index}", tokens, labels);

    private void Fill(string name, Span<int> tokens, Span<int> labels)
    {
        CounterRandom random = new(seed, name);
        for (int i = 0; i < tokens.Length; i++)
        {
            bool free = i % block == 0 || random.Uniform((ulong)(2 * i)) < 0.1;
            tokens[i] = free ? (int)(random.Uniform((ulong)((2 * i) + 1)) * vocabulary) : ((5 * tokens[i - 1]) + 7) % vocabulary;
        }

        tokens.CopyTo(labels);
    }
}

/// <summary>The same tokens at every step, without taking memory.</summary>
internal sealed class FixedData(Action<long> onFill) : ITrainingData
{
    public string Fingerprint => "fixed";

    public int ValidationBatches => 0;

    public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
    {
        onFill(step);
        tokens.Fill(3);
        labels.Fill(3);
    }

    public void FillValidation(int index, Span<int> tokens, Span<int> labels) => throw new NotSupportedException();
}

/// <summary>Calls when the last step was made, and takes no memory.</summary>
internal sealed class LastStepLog(long steps, Action onLast) : ITrainingLog
{
    public void StepCompleted(in StepMetrics step)
    {
        if (step.Step == steps - 1)
        {
            onLast();
        }
    }
}

/// <summary>Keeps what it is told.</summary>
internal sealed class RecordingLog : ITrainingLog
{
    internal List<TrainingStarted> Starts { get; } = [];

    internal List<StepMetrics> Steps { get; } = [];

    internal List<TrainingEvaluation> Evaluations { get; } = [];

    internal List<TrainingStepSkipped> SkippedSteps { get; } = [];

    internal List<TrainingCheckpoint> SavedCheckpoints { get; } = [];

    internal List<TrainingCheckpoint> RejectedCheckpoints { get; } = [];

    internal List<string> Notes { get; } = [];

    internal Action<StepMetrics>? OnStep { get; set; }

    public void RunStarted(in TrainingStarted started) => Starts.Add(started);

    public void StepCompleted(in StepMetrics step)
    {
        Steps.Add(step);
        OnStep?.Invoke(step);
    }

    public void EvaluationCompleted(in TrainingEvaluation evaluation) => Evaluations.Add(evaluation);

    public void StepSkipped(in TrainingStepSkipped skipped) => SkippedSteps.Add(skipped);

    public void CheckpointSaved(in TrainingCheckpoint checkpoint) => SavedCheckpoints.Add(checkpoint);

    public void CheckpointRejected(in TrainingCheckpoint checkpoint) => RejectedCheckpoints.Add(checkpoint);

    public void Warning(string text) => Notes.Add(text);
}
