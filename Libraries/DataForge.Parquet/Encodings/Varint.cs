namespace DataForge.Parquet.Encodings;

/// <summary>
/// Unsigned integers of seven bits per byte, lowest first (LEB128, as in
/// https://github.com/apache/parquet-format/blob/master/Encodings.md), and signed ones as ZigZag: 0, −1, 1, −2, … as 0, 1, 2, 3, ….
/// </summary>
internal static class Varint
{
    /// <summary>Reads an unsigned integer and advances <paramref name="position"/>.</summary>
    /// <exception cref="ParquetException">The data ends within the integer, or the integer has more than 64 bits.</exception>
    public static ulong Read(ReadOnlySpan<byte> data, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = position < data.Length ? data[position++] : throw new ParquetException("the data ends within an integer");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new ParquetException("a variable-length integer is longer than ten bytes");
    }

    /// <summary>Reads a signed integer and advances <paramref name="position"/>.</summary>
    /// <exception cref="ParquetException">The data ends within the integer, or the integer has more than 64 bits.</exception>
    public static long ReadZigZag(ReadOnlySpan<byte> data, ref int position)
    {
        ulong value = Read(data, ref position);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Appends an unsigned integer.</summary>
    public static void Write(ByteBuffer output, ulong value)
    {
        while (value >= 0x80)
        {
            output.Add((byte)(value | 0x80));
            value >>= 7;
        }

        output.Add((byte)value);
    }

    /// <summary>Appends a signed integer.</summary>
    public static void WriteZigZag(ByteBuffer output, long value) => Write(output, (ulong)((value << 1) ^ (value >> 63)));
}
