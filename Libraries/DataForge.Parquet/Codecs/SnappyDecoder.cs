namespace DataForge.Parquet.Codecs;

/// <summary>
/// Decodes the raw Snappy format (https://github.com/google/snappy/blob/main/format_description.txt) from untrusted bytes.
/// </summary>
internal static class SnappyDecoder
{
    /// <summary>Decodes one block.</summary>
    /// <exception cref="ParquetException">The bytes are malformed or do not fill <paramref name="target"/> exactly.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int from = 0;
        uint size = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = from < source.Length && shift < 35 ? source[from++] : throw Malformed();
            size |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                break;
            }
        }

        if (size != (uint)target.Length)
        {
            throw new ParquetException($"snappy: the block states {size} bytes, the page header {target.Length}");
        }

        int to = 0;
        while (from < source.Length)
        {
            int tag = source[from++];
            if ((tag & 3) == 0)
            {
                int length = LiteralLength(source, tag >> 2, ref from);
                if (length > source.Length - from || length > target.Length - to)
                {
                    throw Malformed();
                }

                source.Slice(from, length).CopyTo(target[to..]);
                from += length;
                to += length;
            }
            else
            {
                (int length, int offset) = ReadCopy(source, tag, ref from);
                OverlappingCopy.Within(target, ref to, offset, length, "snappy");
            }
        }

        if (to != target.Length)
        {
            throw Malformed();
        }
    }

    /// <summary>
    /// Six bits of the tag state up to 60 bytes; the values 60 to 63 mean that the length minus one follows in 1 to 4 bytes.
    /// </summary>
    private static int LiteralLength(ReadOnlySpan<byte> source, int code, ref int from)
    {
        if (code < 60)
        {
            return code + 1;
        }

        int bytes = code - 59;
        if (bytes > source.Length - from)
        {
            throw Malformed();
        }

        uint length = 0;
        for (int i = 0; i < bytes; i++)
        {
            length |= (uint)source[from++] << (8 * i);
        }

        return length < int.MaxValue ? (int)length + 1 : throw Malformed();
    }

    /// <summary>Tags 01, 10 and 11: copies with offsets of 11, 16 and 32 bits.</summary>
    private static (int Length, int Offset) ReadCopy(ReadOnlySpan<byte> source, int tag, ref int from)
    {
        int bytes = (tag & 3) switch { 1 => 1, 2 => 2, _ => 4 };
        if (bytes > source.Length - from)
        {
            throw Malformed();
        }

        uint offset = 0;
        for (int i = 0; i < bytes; i++)
        {
            offset |= (uint)source[from++] << (8 * i);
        }

        return bytes == 1
            ? (((tag >> 2) & 7) + 4, (int)offset | ((tag >> 5) << 8))
            : ((tag >> 2) + 1, offset <= int.MaxValue ? (int)offset : throw Malformed());
    }

    private static ParquetException Malformed() => new("snappy: the block is malformed");
}
