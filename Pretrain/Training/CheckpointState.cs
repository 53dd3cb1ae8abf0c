using System.Text.Json.Serialization;

namespace DataForge.Pretrain.Training;

/// <summary>
/// <c>checkpoint.json</c>: everything a run needs to continue, except the tensors. There is no random generator state: the data is a
/// function of the step, the initial weights of the seed, and nothing else is drawn.
/// </summary>
public sealed record CheckpointState
{
    /// <summary>Version of the layout.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Steps completed.</summary>
    public required long Step { get; set; }

    /// <summary>Optimizer updates made: steps less the skipped ones.</summary>
    public required long Updates { get; set; }

    /// <summary>Fingerprint of the model's shape.</summary>
    public required string Model { get; init; }

    /// <summary>Fingerprint of the training options.</summary>
    public required string Options { get; init; }

    /// <summary>Fingerprint of the data and its order.</summary>
    public required string Data { get; init; }

    /// <summary>Where the initial weights came from: a seed, or the SHA-256 of a file.</summary>
    public required string Start { get; set; }

    /// <summary>The engine that trains; checkpoints of before there were two have none and are the native engine's.</summary>
    public TrainingEngine Engine { get; init; } = TrainingEngine.Native;

    /// <summary>The element type that the model computes with; null in checkpoints of before it was written.</summary>
    public Precision? Precision { get; init; }

    /// <summary>
    /// Whether <see cref="Options"/> says that the model computes in bfloat16; for checkpoints without <see cref="Precision"/>.
    /// </summary>
    internal bool UsesBFloat16 => Options.Contains(TrainingOptions.BFloat16Mark, StringComparison.Ordinal);

    /// <summary>Lowest validation loss so far, in nats per token; null before the first evaluation.</summary>
    public double? BestLoss { get; set; }

    /// <summary>Steps completed when <see cref="BestLoss"/> was reached.</summary>
    public long BestStep { get; set; }

    /// <summary>Steps completed at the last evaluation; -1 before the first.</summary>
    public long EvaluatedStep { get; set; } = -1;

    /// <summary>Validation loss at the last evaluation, in nats per token; null before the first, or where it was not finite.</summary>
    public double? EvaluatedLoss { get; set; }

    /// <summary>Evaluations since the best.</summary>
    public int EvaluationsSinceBest { get; set; }

    /// <summary>Exponential mean of the gradient norm.</summary>
    public double NormMean { get; set; }

    /// <summary>Steps that the mean was taken over.</summary>
    public long NormCount { get; set; }

    /// <summary>Skipped steps since the last good one.</summary>
    public int SkippedInARow { get; set; }

    /// <summary>Bytes of the tensor file.</summary>
    public long TensorBytes { get; init; }

    /// <summary>SHA-256 of the tensor file, lower-case hexadecimal.</summary>
    public string TensorSha256 { get; init; } = "";

    /// <summary>Records an evaluation after the current step.</summary>
    /// <returns>Whether the loss is the lowest so far.</returns>
    internal bool RecordEvaluation(double loss)
    {
        bool isBest = loss < (BestLoss ?? double.PositiveInfinity);
        EvaluatedStep = Step;
        EvaluatedLoss = double.IsFinite(loss) ? loss : null;
        EvaluationsSinceBest = isBest ? 0 : EvaluationsSinceBest + 1;
        if (isBest)
        {
            BestLoss = loss;
            BestStep = Step;
        }

        return isBest;
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CheckpointState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
