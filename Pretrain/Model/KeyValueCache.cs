using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>The keys and values of the tokens so far, for one text, so that generating a token computes one position, not all.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _layers; // [2, heads, positions, head size] each: keys, then values

    internal KeyValueCache(GptNeoConfig config, Device device)
    {
        Capacity = config.MaxPositionEmbeddings;
        _layers = new Tensor[config.NumLayers];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = torch.zeros([2, config.NumHeads, Capacity, config.HeadSize], device: device).DetachFromDisposeScope();
        }
    }

    /// <summary>The most positions: the model's.</summary>
    public int Capacity { get; }

    /// <summary>Positions stored so far.</summary>
    public int Length { get; private set; }

    /// <summary>Empties the cache.</summary>
    public void Reset() => Length = 0;

    /// <summary>Becomes a copy of another cache of the same model.</summary>
    internal void CopyFrom(KeyValueCache other)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            using Tensor from = other._layers[i].narrow(2, 0, other.Length), into = _layers[i].narrow(2, 0, other.Length);
            into.copy_(from);
        }

        Length = other.Length;
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        foreach (Tensor layer in _layers)
        {
            layer.Dispose();
        }
    }

    /// <summary>
    /// Stores the next keys and values of one layer, [2, heads, time, head size]; returns all of them, [2, heads, past + time, head size].
    /// </summary>
    internal Tensor Append(int layer, Tensor next)
    {
        long count = next.Size(2);
        using Tensor target = _layers[layer].narrow(2, Length, count); // [2, heads, time, head size]
        target.copy_(next);
        return _layers[layer].narrow(2, 0, Length + count);
    }

    /// <summary>Adds to <see cref="Length"/>, after every layer has stored that many positions.</summary>
    internal void Advance(int count) => Length += count;
}
