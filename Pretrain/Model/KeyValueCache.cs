using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>The keys and values of the positions read so far, for one text: what makes the next token cost one position, not all.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _layers;

    internal KeyValueCache(GptNeoConfig config, Device device)
    {
        Capacity = config.MaxPositionEmbeddings;
        _layers = new Tensor[config.NumLayers];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = torch.zeros([2, config.NumHeads, Capacity, config.HeadSize], device: device).DetachFromDisposeScope();
        }
    }

    /// <summary>Positions there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Positions read so far.</summary>
    public int Length { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Reset() => Length = 0;

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        foreach (Tensor layer in _layers)
        {
            layer.Dispose();
        }
    }

    /// <summary>Stores one layer's next keys and values [2, heads, n, d]; gives all of them, [2, heads, Length + n, d].</summary>
    internal Tensor Append(int layer, Tensor next)
    {
        long count = next.Size(2);
        using Tensor place = _layers[layer].narrow(2, Length, count);
        place.copy_(next);
        return _layers[layer].narrow(2, 0, Length + count);
    }

    /// <summary>Counts positions that every layer has stored.</summary>
    internal void Advance(int count) => Length += count;
}
