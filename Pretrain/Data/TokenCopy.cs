using System.Numerics;
using System.Runtime.InteropServices;

namespace DataForge.Pretrain.Data;

/// <summary>Copies 16-bit tokens to the 32-bit tokens of training.</summary>
internal static class TokenCopy
{
    /// <summary>Writes each token to the same position of the destination, which must be at least as long.</summary>
    public static void Widen(ReadOnlySpan<ushort> source, Span<int> destination)
    {
        int i = 0, width = Vector<ushort>.Count;
        Span<uint> wide = MemoryMarshal.Cast<int, uint>(destination[..source.Length]);
        for (; i + width <= source.Length; i += width)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            low.CopyTo(wide[i..]);
            high.CopyTo(wide[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            wide[i] = source[i];
        }
    }
}
