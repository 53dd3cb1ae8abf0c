namespace DataForge.Parquet.Encodings;

/// <summary>
/// Decodes DELTA_BINARY_PACKED (https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5)
/// from untrusted bytes: a first value, then blocks of differences, each a minimum and bit-packed distances from it.
/// </summary>
internal static class DeltaBinaryPacked
{
    /// <summary>No known writer goes above 1,024; the specification sets no bound, and a file must not make us take memory by it.</summary>
    private const int MaxMiniblockValues = 1 << 16;

    /// <summary>Fills <paramref name="output"/>; 32-bit columns keep the low half. Sums wrap around, as the specification asks.</summary>
    /// <returns>How many bytes the encoding took.</returns>
    /// <exception cref="ParquetException">The bytes are malformed, or hold another number of values.</exception>
    public static int Decode(ReadOnlySpan<byte> data, Span<long> output)
    {
        Cursor cursor = new(data);
        ulong blockValues = cursor.Varint();
        ulong miniblocks = cursor.Varint();
        ulong total = cursor.Varint();
        long value = cursor.ZigZag();
        if (blockValues == 0 || blockValues % 128 != 0 || miniblocks == 0 || blockValues % miniblocks != 0)
        {
            throw new ParquetException("delta encoding: the block size is not valid");
        }

        ulong perMiniblock = blockValues / miniblocks;
        if (perMiniblock % 32 != 0 || perMiniblock > MaxMiniblockValues || miniblocks > (ulong)data.Length)
        {
            throw new ParquetException("delta encoding: the miniblock size is not valid");
        }

        if (total != (ulong)output.Length)
        {
            throw new ParquetException($"delta encoding: {total} values where the page has {output.Length}");
        }

        if (output.IsEmpty)
        {
            return cursor.Position;
        }

        output[0] = value;
        int done = 1;
        while (done < output.Length)
        {
            long minimum = cursor.ZigZag();
            ReadOnlySpan<byte> widths = cursor.Take((long)miniblocks);
            for (int m = 0; m < widths.Length && done < output.Length; m++)
            {
                Span<long> target = output.Slice(done, (int)Math.Min(perMiniblock, (ulong)(output.Length - done)));
                Miniblock(ref cursor, widths[m], (int)perMiniblock, target);
                for (int i = 0; i < target.Length; i++)
                {
                    value = unchecked(value + minimum + target[i]);
                    target[i] = value;
                }

                done += target.Length;
            }
        }

        return cursor.Position;
    }

    /// <summary>A miniblock is always whole: the last one of a page is filled up, and the widths of those behind it mean nothing.</summary>
    private static void Miniblock(ref Cursor cursor, int bitWidth, int values, Span<long> target)
    {
        if (bitWidth > 64)
        {
            throw new ParquetException("delta encoding: a bit width is above 64");
        }

        BitUnpacker.Unpack(cursor.Take((long)bitWidth * values / 8), bitWidth, target);
    }

    private ref struct Cursor(ReadOnlySpan<byte> data)
    {
        private readonly ReadOnlySpan<byte> data = data;

        public int Position { get; private set; }

        public ReadOnlySpan<byte> Take(long count)
        {
            if (count > data.Length - Position)
            {
                throw Truncated();
            }

            ReadOnlySpan<byte> taken = data.Slice(Position, (int)count);
            Position += (int)count;
            return taken;
        }

        public long ZigZag()
        {
            ulong value = Varint();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }

        public ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; shift < 70; shift += 7)
            {
                byte next = Position < data.Length ? data[Position++] : throw Truncated();
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw new ParquetException("delta encoding: a varint is longer than ten bytes");
        }

        private static ParquetException Truncated() => new("delta encoding: the data ends before its values are complete");
    }
}
