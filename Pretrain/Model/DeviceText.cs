using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>A text whose keys and values are on the model's device: appending a token computes one position, not all.</summary>
internal sealed class DeviceText(GptNeoForCausalLM model) : ITextState
{
    private readonly KeyValueCache _cache = model.NewCache();

    /// <inheritdoc/>
    public int Capacity => _cache.Capacity;

    /// <inheritdoc/>
    public int Length => _cache.Length;

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
    public void CopyFrom(ITextState other) => _cache.CopyFrom(((DeviceText)other)._cache);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();
}
