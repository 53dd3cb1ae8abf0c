using static TorchSharp.torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>Which keys a query may see.</summary>
internal static class AttentionMask
{
    /// <summary>
    /// [queries, keys], added to the scores: 0 where a query sees a key, else -∞. The queries are the last positions.
    /// </summary>
    /// <param name="queries">Number of queries.</param>
    /// <param name="keys">Number of keys.</param>
    /// <param name="window">How many positions a query sees, itself included; 0 means all earlier ones.</param>
    internal static Tensor Create(long queries, long keys, int window)
    {
        Tensor mask = zeros(queries, keys);
        Span<float> cells = TensorMemory.Floats(mask);
        for (long i = 0; i < queries; i++)
        {
            long last = keys - queries + i, first = window > 0 ? Math.Max(0, last - window + 1) : 0;
            Span<float> row = cells.Slice((int)(i * keys), (int)keys);
            row[..(int)first].Fill(float.NegativeInfinity);
            row[(int)(last + 1)..].Fill(float.NegativeInfinity);
        }

        return mask;
    }
}
