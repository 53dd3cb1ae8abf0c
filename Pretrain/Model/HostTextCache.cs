using System.Runtime.InteropServices;

namespace DataForge.Pretrain.Model;

/// <summary>
/// The keys and values of one text for each layer, in the host's memory, with the attention of the next positions to them. Both engines use
/// it on a CPU. A local layer keeps only its window: position p stands in row p % window, and as the softmax is over a set, the rows' order
/// does not matter.
/// </summary>
internal sealed unsafe class HostTextCache : IDisposable
{
    private const int Alignment = 64; // bytes: a cache line, and the widest vector

    private readonly GptNeoConfig _config;
    private readonly int[] _kept;      // positions that each layer keeps
    private readonly float*[] _keys;   // [heads, kept, head size] a layer
    private readonly float*[] _values; // [heads, kept, head size] a layer
    private float* _scores;            // [heads, positions]: of the query that a head computes

    /// <summary>An empty text.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="capacity">The most positions, up to the model's.</param>
    internal HostTextCache(GptNeoConfig config, int capacity)
    {
        _config = config;
        Capacity = capacity;
        _kept = [.. config.AttentionLayers.Select(kind =>
            kind == AttentionKind.Local ? Math.Min(config.WindowSize, capacity) : capacity)];
        _keys = new float*[config.NumLayers];
        _values = new float*[config.NumLayers];
        for (int layer = 0; layer < config.NumLayers; layer++)
        {
            _keys[layer] = Allocate(_kept[layer] * config.HiddenSize);
            _values[layer] = Allocate(_kept[layer] * config.HiddenSize);
        }

        _scores = Allocate(config.NumHeads * capacity);
    }

    /// <summary>Releases the memory of a text that was not disposed.</summary>
    ~HostTextCache() => Free();

    /// <summary>The most positions.</summary>
    internal int Capacity { get; }

    /// <summary>Positions stored so far.</summary>
    internal int Length { get; private set; }

    /// <summary>Empties the text.</summary>
    internal void Reset() => Length = 0;

    /// <summary>Adds to <see cref="Length"/>, after every layer has stored that many positions.</summary>
    internal void Advance(int count) => Length += count;

    /// <summary>Becomes a copy of another text of the same model that has room here.</summary>
    internal void CopyFrom(HostTextCache other)
    {
        if (other.Length > Capacity)
        {
            throw new ArgumentException($"a text of {other.Length} positions does not fit into {Capacity}");
        }

        for (int layer = 0; layer < _kept.Length; layer++)
        {
            // Where the capacities differ a ring of another size would place the positions elsewhere; a text that is shorter than both
            // rings is in their first rows.
            if (_kept[layer] != other._kept[layer] && other.Length > Math.Min(_kept[layer], other._kept[layer]))
            {
                throw new ArgumentException("the texts keep windows of different sizes");
            }

            int rows = Math.Min(other.Length, other._kept[layer]);
            for (int head = 0; head < _config.NumHeads; head++)
            {
                Copy(other._keys[layer], _keys[layer], head, rows, other._kept[layer], _kept[layer]);
                Copy(other._values[layer], _values[layer], head, rows, other._kept[layer], _kept[layer]);
            }
        }

        Length = other.Length;
    }

    /// <summary>
    /// Stores one head's keys and values of the next positions and computes the head's part of the attention's output. Heads may run on
    /// different threads.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="head">The head.</param>
    /// <param name="next">Keys, values and queries of the next positions.</param>
    /// <param name="output">The output of the first of them, [hidden]; the next follow.</param>
    internal void Attend(int layer, int head, in ProjectedRows next, float* output)
    {
        int size = _config.HeadSize, kept = _kept[layer], offset = head * size;
        float* keys = _keys[layer] + ((long)head * kept * size), values = _values[layer] + ((long)head * kept * size);
        float* scores = _scores + ((long)head * Capacity);
        for (int row = 0; row < next.Count; row++)
        {
            int position = Length + row, slot = position % kept, seen = Math.Min(position + 1, kept);
            long from = ((long)row * next.Stride) + offset;
            new ReadOnlySpan<float>(next.Keys + from, size).CopyTo(new Span<float>(keys + ((long)slot * size), size));
            new ReadOnlySpan<float>(next.Values + from, size).CopyTo(new Span<float>(values + ((long)slot * size), size));
            for (int i = 0; i < seen; i++)
            {
                scores[i] = HostKernels.Dot(next.Queries + from, keys + ((long)i * size), size); // GPT-Neo does not scale the scores
            }

            float sum = HostKernels.ExpInPlace(scores, seen, HostKernels.Largest(scores, seen));
            float* result = output + ((long)row * _config.HiddenSize) + offset;
            new Span<float>(result, size).Clear();
            for (int i = 0; i < seen; i++)
            {
                HostKernels.AddScaled(result, values + ((long)i * size), scores[i], size);
            }

            HostKernels.Scale(result, size, 1 / sum);
        }
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static float* Allocate(long count) => (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Alignment);

    private void Copy(float* from, float* into, int head, int rows, int keptThere, int keptHere)
    {
        int size = _config.HeadSize;
        new ReadOnlySpan<float>(from + ((long)head * keptThere * size), rows * size)
            .CopyTo(new Span<float>(into + ((long)head * keptHere * size), rows * size));
    }

    private void Free()
    {
        for (int layer = 0; layer < _keys.Length; layer++)
        {
            NativeMemory.AlignedFree(_keys[layer]);
            NativeMemory.AlignedFree(_values[layer]);
            _keys[layer] = null;
            _values[layer] = null;
        }

        NativeMemory.AlignedFree(_scores);
        _scores = null;
    }
}

/// <summary>Keys, values and queries of consecutive positions, in an engine's memory.</summary>
/// <param name="keys">The first position's keys, [hidden].</param>
/// <param name="values">Its values.</param>
/// <param name="queries">Its queries, not scaled.</param>
/// <param name="stride">Floats from one position to the next.</param>
/// <param name="count">Number of positions.</param>
internal readonly unsafe struct ProjectedRows(float* keys, float* values, float* queries, int stride, int count)
{
    /// <summary>The first position's keys, [hidden].</summary>
    internal float* Keys => keys;

    /// <summary>Its values.</summary>
    internal float* Values => values;

    /// <summary>Its queries.</summary>
    internal float* Queries => queries;

    /// <summary>Floats from one position to the next.</summary>
    internal int Stride => stride;

    /// <summary>Number of positions.</summary>
    internal int Count => count;
}
