namespace DataForge.Pretrain.Generation;

/// <summary>How tokens are generated.</summary>
public sealed record GenerationOptions
{
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

    /// <summary>Seed of the sampling: the same seed, prompt and model give the same tokens. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Generation stops at this token, which is not part of the result; null means the model's end-of-text token, a negative number none.
    /// </summary>
    public int? StopToken { get; init; }

    /// <summary>Every fault of the options, each as one line; empty where they can be used.</summary>
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

        return faults;
    }
}
