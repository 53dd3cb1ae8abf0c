using System.Buffers.Binary;
using System.Numerics;

namespace DataForge.Parquet.Encodings;

/// <summary>Unpacks values that are bit-packed, least significant bit first, as in the RLE hybrid and the delta encoding.</summary>
internal static class BitUnpacker
{
    /// <summary>
    /// Fills <paramref name="output"/> with values of <paramref name="bitWidth"/> bits (0 to 64). The caller has checked that
    /// <paramref name="data"/> holds them all; it may be longer.
    /// </summary>
    public static void Unpack<T>(ReadOnlySpan<byte> data, int bitWidth, Span<T> output) where T : unmanaged, IBinaryInteger<T>
    {
        ulong mask = bitWidth == 64 ? ulong.MaxValue : (1UL << bitWidth) - 1;
        long bit = 0;
        for (int i = 0; i < output.Length; i++, bit += bitWidth)
        {
            int at = (int)(bit >> 3);
            int shift = (int)(bit & 7);
            ulong word = at + 8 <= data.Length ? BinaryPrimitives.ReadUInt64LittleEndian(data[at..]) : Partial(data[at..]);
            word >>= shift;
            if (shift + bitWidth > 64)
            {
                word |= (ulong)data[at + 8] << (64 - shift); // a wide value reaches into a ninth byte
            }

            output[i] = T.CreateTruncating(word & mask);
        }
    }

    private static ulong Partial(ReadOnlySpan<byte> data)
    {
        ulong word = 0;
        for (int i = 0; i < data.Length; i++)
        {
            word |= (ulong)data[i] << (8 * i);
        }

        return word;
    }
}
