namespace DataForge.Pretrain.Generation;

/// <summary>How tokens are generated.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most <see cref="StopStrings"/>.</summary>
    public const int MostStopStrings = 16;

    /// <summary>The most tokens to generate. Default 128, from 1 to less than the model's positions.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>
    /// Logits are divided by it before the softmax; 0 always takes the most likely token (greedy decoding). Default 0, range 0 to 100.
    /// </summary>
    public double Temperature { get; init; }

    /// <summary>
    /// Samples only from the most likely tokens that together have this probability (nucleus sampling, https://arxiv.org/abs/1904.09751);
    /// 1 samples from all. Default 1, range above 0 to 1.
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>
    /// Samples only from this many of the most likely tokens (https://arxiv.org/abs/1805.04833); 0 samples from all. Default 0.
    /// </summary>
    public int TopK { get; init; }

    /// <summary>
    /// The logits of tokens that stand in the prompt or were generated are divided by it where they are positive and multiplied where they
    /// are negative (https://arxiv.org/abs/1909.05858); 1 changes nothing. Default 1, range 0.01 to 100.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>
    /// A text ends before the first of these strings, wherever the tokens' boundaries are. Default none; at most 16, none empty. Only where
    /// text is generated, not tokens.
    /// </summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Seed of the sampling: the same seed, prompt and model give the same tokens. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Generation stops at this token, which is not part of the result; null means the model's end-of-text token, a negative number none.
    /// </summary>
    public int? StopToken { get; init; }

    /// <summary>Every fault of the options, each as one line; empty if they can be used.</summary>
    public IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        if (MaxNewTokens < 1)
        {
            faults.Add("MaxNewTokens must be at least 1");
        }

        if (Temperature is not (>= 0 and <= 100))
        {
            faults.Add("Temperature must lie in 0..100");
        }

        if (TopP is not (> 0 and <= 1))
        {
            faults.Add("TopP must lie above 0 and at most at 1");
        }

        if (TopK < 0)
        {
            faults.Add("TopK must be at least 0");
        }

        if (RepetitionPenalty is not (>= 0.01 and <= 100))
        {
            faults.Add("RepetitionPenalty must lie in 0.01..100");
        }

        if (StopStrings.Count > MostStopStrings || StopStrings.Any(string.IsNullOrEmpty))
        {
            faults.Add($"StopStrings must be at most {MostStopStrings}, and none empty");
        }

        return faults;
    }
}
