namespace DataForge.Pretrain.Generation;

/// <summary>Whether a model can continue a prompt.</summary>
internal static class PromptCheck
{
    /// <summary>Throws where it cannot.</summary>
    /// <exception cref="ArgumentException">Every fault, in one message.</exception>
    internal static void Require(ReadOnlySpan<int> prompt, GenerationOptions options, int positions, int vocabulary)
    {
        List<string> faults = [.. options.Faults()];
        if (options.MaxNewTokens >= positions)
        {
            faults.Add($"MaxNewTokens must be below the model's {positions} positions");
        }

        if (prompt.Length == 0)
        {
            faults.Add("the prompt is empty; give it at least the token that begins a document");
        }

        foreach (int token in prompt)
        {
            if ((uint)token >= (uint)vocabulary)
            {
                faults.Add($"the prompt holds token {token} where the model's vocabulary has {vocabulary}");
                break;
            }
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults));
        }
    }
}
