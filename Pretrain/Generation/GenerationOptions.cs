namespace DataForge.Pretrain.Generation;

/// <summary>How text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>Tokens to add at most. Default 128, from 1 to less than the model's positions.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>
    /// Logits are divided by it before the softmax; 0 always takes the most likely token (greedy). Default 0, range 0 to 100.
    /// </summary>
    public double Temperature { get; init; }

    /// <summary>
    /// Draws only among the most likely tokens that together have this probability (nucleus sampling, https://arxiv.org/abs/1904.09751);
    /// 1 draws among all. Default 1, range above 0 to 1.
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>Seed of the draws: the same seed, prompt and model give the same tokens. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Generation ends at this token, which is not part of the result; null means the model's end-of-text token, negative none.</summary>
    public int? StopToken { get; init; }

    /// <summary>Every fault, each as one line; empty where the options can be used.</summary>
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
