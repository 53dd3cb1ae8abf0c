using static TorchSharp.torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>Which keys a query may see.</summary>
internal static class AttentionMask
{
    /// <summary>
    /// [time, time], added to the scores: 0 if a query (row) sees a key (column), else -∞.
    /// </summary>
    /// <param name="time">Number of positions.</param>
    /// <param name="window">How many positions a query sees, itself included; 0 means all earlier ones.</param>
    internal static Tensor Create(long time, int window)
    {
        Tensor mask = zeros(time, time);
        Span<float> cells = TensorMemory.Floats(mask);
        for (long i = 0; i < time; i++)
        {
            long first = window > 0 ? Math.Max(0, i - window + 1) : 0;
            Span<float> row = cells.Slice((int)(i * time), (int)time);
            row[..(int)first].Fill(float.NegativeInfinity);
            row[(int)(i + 1)..].Fill(float.NegativeInfinity);
        }

        return mask;
    }
}
