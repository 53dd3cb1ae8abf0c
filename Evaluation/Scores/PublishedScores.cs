namespace DataForge.Evaluation.Scores;

/// <summary>What others published of small models, to stand beside one's own figures.</summary>
/// <param name="Model">The model.</param>
/// <param name="At1">Its pass@1 in per cent.</param>
/// <param name="At10">Its pass@10 in per cent.</param>
/// <param name="At100">Its pass@100 in per cent.</param>
public sealed record PublishedScores(string Model, double At1, double At10, double At100)
{
    /// <summary>On HumanEval, from the papers of PyCodeGPT (CERT), Codex, AlphaCode and PolyCoder.</summary>
    public static IReadOnlyList<PublishedScores> HumanEval { get; } =
    [
        new("PyCodeGPT-110M", 8.32, 13.53, 18.3),
        new("CodeParrot-110M", 3.80, 6.57, 12.78),
        new("GPT-Neo-125M", 0.75, 1.88, 2.97),
        new("Codex-85M", 8.22, 12.81, 22.4),
        new("AlphaCode-89M", 4.3, 12.2, 20.0),
        new("PolyCoder-160M", 2.13, 3.35, 4.88),
    ];

    /// <summary>pass@k in per cent, for the ks that were published.</summary>
    public double At(int k) => k switch
    {
        1 => At1,
        10 => At10,
        100 => At100,
        _ => throw new ArgumentOutOfRangeException(nameof(k), k, "only pass@1, pass@10 and pass@100 were published"),
    };
}
