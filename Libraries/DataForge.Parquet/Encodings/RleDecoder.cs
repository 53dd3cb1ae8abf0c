using System.Numerics;

namespace DataForge.Parquet.Encodings;

/// <summary>
/// Decodes the RLE / bit-packing hybrid from untrusted bytes
/// (https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3).
/// </summary>
internal static class RleDecoder
{
    /// <summary>Fills <paramref name="output"/> with values of <paramref name="bitWidth"/> bits (0 to 32; for bytes, to 8).</summary>
    /// <exception cref="ParquetException">The bytes end before the output is full, or a run's header is malformed.</exception>
    public static void Decode<T>(ReadOnlySpan<byte> data, int bitWidth, Span<T> output) where T : unmanaged, IBinaryInteger<T>
    {
        while (!output.IsEmpty)
        {
            uint header = Varint(ref data);
            int left = output.Length;
            if ((header & 1) != 0)
            {
                // Groups of eight; the last may be padded beyond the number of values. Groups of width 0 have no bytes and all values
                // are 0: parquet-java and Polars write them for dictionaries of one value and for levels of absent parts.
                long count = Math.Min((header >> 1) * 8L, left);
                long bytes = ((count * bitWidth) + 7) / 8;
                if (bytes > data.Length)
                {
                    throw Truncated();
                }

                BitUnpacker.Unpack(data, bitWidth, output[..(int)count]);
                output = output[(int)count..];
                data = data[(int)Math.Min((header >> 1) * (long)bitWidth, data.Length)..];
            }
            else
            {
                int width = (bitWidth + 7) / 8;
                if (width > data.Length)
                {
                    throw Truncated();
                }

                uint value = 0;
                for (int i = 0; i < width; i++)
                {
                    value |= (uint)data[i] << (8 * i);
                }

                int count = (int)Math.Min(header >> 1, (uint)left);
                if (bitWidth < 32 && value >> bitWidth != 0)
                {
                    throw new ParquetException("a run's value has more bits than its width");
                }

                output[..count].Fill(T.CreateTruncating(value));
                output = output[count..];
                data = data[width..];
            }
        }
    }

    private static uint Varint(ref ReadOnlySpan<byte> data)
    {
        ulong value = 0;
        for (int i = 0; i < 5 && i < data.Length; i++)
        {
            value |= (ulong)(data[i] & 0x7F) << (7 * i);
            if (data[i] < 0x80)
            {
                data = data[(i + 1)..];
                return value <= uint.MaxValue ? (uint)value : throw new ParquetException("a run's header is out of range");
            }
        }

        throw Truncated();
    }

    private static ParquetException Truncated() => new("run-length encoded data ends before its values are complete");
}
