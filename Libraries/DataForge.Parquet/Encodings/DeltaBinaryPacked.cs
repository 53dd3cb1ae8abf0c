namespace DataForge.Parquet.Encodings;

/// <summary>
/// Decodes DELTA_BINARY_PACKED (https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5)
/// from untrusted bytes: a first value, then blocks of differences, each a minimum and bit-packed distances from it.
/// </summary>
internal static class DeltaBinaryPacked
{
    /// <summary>
    /// No known writer exceeds 1,024. The specification sets no limit, but a file must not make the reader allocate as much as it likes.
    /// </summary>
    private const int MaxMiniblockValues = 1 << 16;

    /// <summary>Fills <paramref name="output"/>; 32-bit columns keep the low half. Sums wrap around, as the specification asks.</summary>
    /// <returns>How many bytes the encoded values take.</returns>
    /// <exception cref="ParquetException">The bytes are malformed, or hold another number of values.</exception>
    public static int Decode(ReadOnlySpan<byte> data, Span<long> output)
    {
        Cursor cursor = new(data);
        ulong blockValues = cursor.ReadVarint();
        ulong miniblocks = cursor.ReadVarint();
        ulong total = cursor.ReadVarint();
        long value = cursor.ReadZigZag();
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
            throw new ParquetException($"delta encoding: {total} values, but the page has {output.Length}");
        }

        if (output.IsEmpty)
        {
            return cursor.Position;
        }

        output[0] = value;
        int done = 1;
        while (done < output.Length)
        {
            long minimum = cursor.ReadZigZag();
            ReadOnlySpan<byte> widths = cursor.Take((long)miniblocks);
            for (int m = 0; m < widths.Length && done < output.Length; m++)
            {
                Span<long> target = output.Slice(done, (int)Math.Min(perMiniblock, (ulong)(output.Length - done)));
                UnpackMiniblock(ref cursor, widths[m], (int)perMiniblock, target);
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

    /// <summary>
    /// A miniblock always has all its values: the last one of a page is padded, and the widths of those behind it have no meaning.
    /// </summary>
    private static void UnpackMiniblock(ref Cursor cursor, int bitWidth, int values, Span<long> target)
    {
        if (bitWidth > 64)
        {
            throw new ParquetException("delta encoding: a bit width is above 64");
        }

        BitUnpacker.Unpack(cursor.Take((long)bitWidth * values / 8), bitWidth, target);
    }

    private ref struct Cursor(ReadOnlySpan<byte> data)
    {
        private readonly ReadOnlySpan<byte> _data = data;

        /// <summary>Bytes read so far.</summary>
        public int Position { get; private set; }

        /// <summary>The next bytes.</summary>
        public ReadOnlySpan<byte> Take(long count)
        {
            if (count > _data.Length - Position)
            {
                throw Truncated();
            }

            ReadOnlySpan<byte> taken = _data.Slice(Position, (int)count);
            Position += (int)count;
            return taken;
        }

        /// <summary>The next signed integer.</summary>
        public long ReadZigZag()
        {
            int position = Position;
            long value = Varint.ReadZigZag(_data, ref position);
            Position = position;
            return value;
        }

        /// <summary>The next unsigned integer.</summary>
        public ulong ReadVarint()
        {
            int position = Position;
            ulong value = Varint.Read(_data, ref position);
            Position = position;
            return value;
        }

        private static ParquetException Truncated() => new("delta encoding: the data ends before its values are complete");
    }
}
