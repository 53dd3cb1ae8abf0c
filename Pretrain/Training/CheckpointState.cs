using System.Text.Json.Serialization;

namespace DataForge.Pretrain.Training;

/// <summary>
/// <c>checkpoint.json</c>: everything a run needs to go on but the tensors. There is no generator state to keep: the data is a function
/// of the step, the first weights of the seed, and nothing else is drawn.
/// </summary>
public sealed record CheckpointState
{
    /// <summary>Version of the layout.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Steps made.</summary>
    public required long Step { get; set; }

    /// <summary>Updates made: steps less the skipped ones.</summary>
    public required long Updates { get; set; }

    /// <summary>Fingerprint of the model's shape.</summary>
    public required string Model { get; init; }

    /// <summary>Fingerprint of the training options.</summary>
    public required string Options { get; init; }

    /// <summary>Fingerprint of the data and its order.</summary>
    public required string Data { get; init; }

    /// <summary>What the first weights were: a seed, or the SHA-256 of a file.</summary>
    public required string Start { get; set; }

    /// <summary>Lowest validation loss so far; null before the first evaluation.</summary>
    public double? BestLoss { get; set; }

    /// <summary>Steps made when it was reached.</summary>
    public long BestStep { get; set; }

    /// <summary>Steps made at the last evaluation; -1 before the first.</summary>
    public long EvaluatedStep { get; set; } = -1;

    /// <summary>Validation loss at the last evaluation.</summary>
    public double? EvaluatedLoss { get; set; }

    /// <summary>Evaluations since the best.</summary>
    public int EvaluationsSinceBest { get; set; }

    /// <summary>Exponential mean of the gradient norm.</summary>
    public double NormMean { get; set; }

    /// <summary>Steps it was taken over.</summary>
    public long NormCount { get; set; }

    /// <summary>Skipped steps since the last good one.</summary>
    public int SkippedInARow { get; set; }

    /// <summary>Bytes of the tensors' file.</summary>
    public long TensorBytes { get; init; }

    /// <summary>SHA-256 of the tensors' file, lower-case hexadecimal.</summary>
    public string TensorSha256 { get; init; } = "";
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckpointState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
