using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Generation;

/// <summary>Generates tokens with a GPT-Neo, one position at a time over a key-value cache.</summary>
public sealed class Generator(GptNeoForCausalLM model) : IDisposable
{
    private readonly KeyValueCache _cache = model.NewCache();

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
        Check(prompt, options);
        return Produce(prompt[^Math.Min(prompt.Length, _cache.Capacity - options.MaxNewTokens)..], options, cancellation);
    }

    /// <summary>Releases the cache; the model is the caller's.</summary>
    public void Dispose() => _cache.Dispose();

    private IEnumerable<int> Produce(int[] prompt, GenerationOptions options, CancellationToken cancellation)
    {
        int stop = options.StopToken ?? model.Config.EosTokenId;
        TokenSampler sampler = new(options, model.Config.VocabSize);
        float[] logits = new float[model.Config.VocabSize];
        _cache.Reset();
        Forward(prompt, logits);
        for (int i = 0; i < options.MaxNewTokens; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int token = sampler.Choose(logits, i);
            if (token == stop)
            {
                yield break;
            }

            yield return token;
            if (i + 1 < options.MaxNewTokens)
            {
                Forward([token], logits);
            }
        }
    }

    /// <summary>Runs the model over the next tokens [time]; writes the logits [vocabulary] after the last of them.</summary>
    private void Forward(ReadOnlySpan<int> tokens, float[] logits)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor ids = torch.tensor(tokens, tokens.Length).to(model.Device); // [time] int64
        Tensor next = model.NextLogits(ids, _cache).to(Device.CPU);        // [vocabulary] float32
        next.AsSpan<float>().CopyTo(logits);
    }

    private void Check(ReadOnlySpan<int> prompt, GenerationOptions options)
    {
        List<string> faults = [.. options.Faults()];
        if (options.MaxNewTokens >= _cache.Capacity)
        {
            faults.Add($"MaxNewTokens must be below the model's {_cache.Capacity} positions");
        }

        if (prompt.Length == 0)
        {
            faults.Add("the prompt is empty; give it at least the token that begins a document");
        }

        foreach (int token in prompt)
        {
            if ((uint)token >= (uint)model.Config.VocabSize)
            {
                faults.Add($"the prompt holds token {token} where the model's vocabulary has {model.Config.VocabSize}");
                break;
            }
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults));
        }
    }
}
