using System.Numerics;

namespace DataForge.Parquet.Encodings;

/// <summary>
/// Encodes the RLE / bit-packing hybrid
/// (https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3): runs of eight or
/// more equal values as (count &lt;&lt; 1, value), everything else in bit-packed groups of eight as (groups &lt;&lt; 1 | 1, bits).
/// </summary>
internal static class RleEncoder
{
    /// <summary>A shorter run costs no more inside a bit-packed group than on its own.</summary>
    private const int MinRun = 8;

    /// <summary>The number of bits that hold every value from 0 to <paramref name="max"/>.</summary>
    public static int BitWidth(int max) => 32 - BitOperations.LeadingZeroCount((uint)max);

    /// <summary>Appends the values, each of <paramref name="bitWidth"/> bits (0 to 32).</summary>
    public static void Encode<T>(ReadOnlySpan<T> values, int bitWidth, ByteBuffer output) where T : unmanaged, IBinaryInteger<T>
    {
        int literals = 0;
        int i = 0;
        while (i < values.Length)
        {
            int run = RunLength(values[i..]);
            if (run < MinRun)
            {
                i += Math.Min(8, values.Length - i);
                continue;
            }

            BitPack(values[literals..i], bitWidth, output);
            Varint.Write(output, (uint)run << 1);
            uint value = uint.CreateTruncating(values[i]);
            for (int bits = 0; bits < bitWidth; bits += 8)
            {
                output.Add((byte)(value >> bits));
            }

            i += run;
            literals = i;
        }

        BitPack(values[literals..], bitWidth, output);
    }

    private static int RunLength<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        int end = values.IndexOfAnyExcept(values[0]);
        return end < 0 ? values.Length : end;
    }

    /// <summary>Appends groups of eight values, least significant bit first; the last group is padded with zeros.</summary>
    private static void BitPack<T>(ReadOnlySpan<T> values, int bitWidth, ByteBuffer output) where T : unmanaged, IBinaryInteger<T>
    {
        if (values.IsEmpty)
        {
            return;
        }

        int groups = (values.Length + 7) / 8;
        Varint.Write(output, ((uint)groups << 1) | 1);
        ulong pending = 0;
        int bits = 0;
        for (int i = 0; i < groups * 8; i++)
        {
            ulong value = i < values.Length ? ulong.CreateTruncating(values[i]) : 0;
            pending |= value << bits;
            for (bits += bitWidth; bits >= 8; bits -= 8)
            {
                output.Add((byte)pending);
                pending >>= 8;
            }
        }
    }
}
