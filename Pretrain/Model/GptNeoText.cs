using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>A text over a key-value cache: appending a token computes one position, not all.</summary>
internal sealed class GptNeoText(GptNeoForCausalLM model) : ITextState
{
    private readonly KeyValueCache _cache = model.NewCache();

    /// <inheritdoc/>
    public int Capacity => _cache.Capacity;

    /// <inheritdoc/>
    public void Reset() => _cache.Reset();

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor ids = torch.tensor(tokens, tokens.Length).to(model.Device); // [time] int64
        Tensor next = model.NextLogits(ids, _cache).to(Device.CPU);        // [vocabulary] float32
        next.AsSpan<float>().CopyTo(logits);
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();
}
