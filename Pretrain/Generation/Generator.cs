using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Generation;

/// <summary>Generates tokens with a GPT-Neo, one position at a time.</summary>
public sealed class Generator(ILanguageModel model) : IDisposable
{
    private readonly ITextState _text = model.NewText();

    /// <summary>
    /// The tokens that follow the prompt: at most <see cref="GenerationOptions.MaxNewTokens"/>, up to the stop token (excluded). Where
    /// prompt and new tokens exceed the model's positions, the beginning of the prompt is cut off.
    /// </summary>
    /// <exception cref="ArgumentException">The options or the prompt cannot be used; the message says why.</exception>
    public int[] Generate(ReadOnlySpan<int> prompt, GenerationOptions options, CancellationToken cancellation = default)
    {
        List<int> tokens = [];
        foreach (int token in Stream(prompt.ToArray(), options, cancellation))
        {
            tokens.Add(token);
        }

        return [.. tokens];
    }

    /// <summary>The same as a stream, token by token. Only one stream of a generator may be read at a time.</summary>
    /// <exception cref="ArgumentException">The options or the prompt cannot be used; the message says why.</exception>
    public IEnumerable<int> Stream(int[] prompt, GenerationOptions options, CancellationToken cancellation = default)
    {
        PromptCheck.Require(prompt, options, _text.Capacity, model.Config.VocabSize);
        return Produce(prompt[^Math.Min(prompt.Length, _text.Capacity - options.MaxNewTokens)..], options, cancellation);
    }

    /// <summary>Releases the cache; the model is the caller's.</summary>
    public void Dispose() => _text.Dispose();

    private IEnumerable<int> Produce(int[] prompt, GenerationOptions options, CancellationToken cancellation)
    {
        int stop = options.StopToken ?? model.Config.EosTokenId;
        TokenSampler sampler = new(options, model.Config.VocabSize);
        sampler.Record(prompt);
        float[] logits = new float[model.Config.VocabSize];
        _text.Reset();
        _text.Append(prompt, logits);
        for (int i = 0; i < options.MaxNewTokens; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int token = sampler.Choose(logits, i);
            if (token == stop)
            {
                yield break;
            }

            yield return token;
            sampler.Record(token);
            if (i + 1 < options.MaxNewTokens)
            {
                _text.Append([token], logits);
            }
        }
    }
}
