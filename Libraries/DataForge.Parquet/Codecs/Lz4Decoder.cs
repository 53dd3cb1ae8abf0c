using System.Buffers.Binary;

namespace DataForge.Parquet.Codecs;

/// <summary>Decodes LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md) from untrusted bytes.</summary>
internal static class Lz4Decoder
{
    private const int MinMatch = 4;

    /// <summary>Decodes codec LZ4_RAW: one block without a frame.</summary>
    /// <exception cref="ParquetException">The block is malformed or does not fill <paramref name="target"/> exactly.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int from = 0;
        int to = 0;
        while (from < source.Length)
        {
            int token = source[from++];
            int literals = Length(source, token >> 4, ref from);
            if (literals > source.Length - from || literals > target.Length - to)
            {
                throw Malformed();
            }

            source.Slice(from, literals).CopyTo(target[to..]);
            from += literals;
            to += literals;
            if (from == source.Length)
            {
                break; // the last sequence has literals only
            }

            if (source.Length - from < 2)
            {
                throw Malformed();
            }

            int offset = BinaryPrimitives.ReadUInt16LittleEndian(source[from..]);
            from += 2;
            int match = Length(source, token & 15, ref from) + MinMatch;
            OverlappingCopy.Within(target, ref to, offset, match, "lz4");
        }

        if (to != target.Length)
        {
            throw Malformed();
        }
    }

    /// <summary>
    /// Decodes codec LZ4 (deprecated): Hadoop's frames, each of two big-endian sizes and a block (Compression.md, "LZ4"), or one block
    /// without a frame, as some writers store it.
    /// </summary>
    public static void DecompressHadoop(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (!HasHadoopFrames(source, target.Length))
        {
            Decompress(source, target);
            return;
        }

        while (!source.IsEmpty)
        {
            int size = BinaryPrimitives.ReadInt32BigEndian(source);
            int stored = BinaryPrimitives.ReadInt32BigEndian(source[4..]);
            Decompress(source.Slice(8, stored), target[..size]);
            source = source[(8 + stored)..];
            target = target[size..];
        }
    }

    private static bool HasHadoopFrames(ReadOnlySpan<byte> source, int total)
    {
        long sum = 0;
        while (!source.IsEmpty)
        {
            if (source.Length < 8)
            {
                return false;
            }

            uint size = BinaryPrimitives.ReadUInt32BigEndian(source);
            uint stored = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
            if (stored > (uint)(source.Length - 8))
            {
                return false;
            }

            sum += size;
            source = source[(8 + (int)stored)..];
        }

        return sum == total;
    }

    /// <summary>A length of four bits; 15 means that more bytes follow, each of which is added, up to the first that is not 255.</summary>
    private static int Length(ReadOnlySpan<byte> source, int code, ref int from)
    {
        if (code < 15)
        {
            return code;
        }

        long length = 15;
        byte next;
        do
        {
            next = from < source.Length ? source[from++] : throw Malformed();
            length += next;
        }
        while (next == 255);

        return length <= int.MaxValue - MinMatch ? (int)length : throw Malformed();
    }

    private static ParquetException Malformed() => new("lz4: the block is malformed");
}
