using System.Buffers.Binary;
using DataForge.Parquet.Encodings;

namespace DataForge.Parquet.Codecs;

/// <summary>
/// Compresses in the raw Snappy format (https://github.com/google/snappy/blob/main/format_description.txt): the size as a varint, then
/// literals and copies. Matches are found greedily by a hash of four bytes within blocks of 64 KiB, so that every offset fits in two bytes.
/// </summary>
internal sealed class SnappyEncoder
{
    /// <summary>Offsets within a block fit in the two bytes of a copy.</summary>
    private const int BlockSize = 1 << 16;
    /// <summary>16,384 entries of two bytes: 32 KiB, so that the table fits in a first-level cache.</summary>
    private const int HashBits = 14;
    private const int MinMatch = 4;

    /// <summary>The multiplier of Google's implementation (kMulHash).</summary>
    private const uint HashMultiplier = 0x1E35A7BD;

    private readonly ushort[] _table = new ushort[1 << HashBits];

    /// <summary>Appends one compressed block of <paramref name="source"/> to <paramref name="output"/>.</summary>
    public void Compress(ReadOnlySpan<byte> source, ByteBuffer output)
    {
        Varint.Write(output, (uint)source.Length);
        while (!source.IsEmpty)
        {
            int length = Math.Min(source.Length, BlockSize);
            CompressBlock(source[..length], output);
            source = source[length..];
        }
    }

    private void CompressBlock(ReadOnlySpan<byte> block, ByteBuffer output)
    {
        Array.Clear(_table);
        int literalStart = 0;
        int position = 1; // an empty table entry stands for position 0, so the search begins behind it
        int misses = 0;
        while (position + MinMatch <= block.Length)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(block[position..]);
            ref ushort entry = ref _table[(word * HashMultiplier) >> (32 - HashBits)];
            int candidate = entry;
            entry = (ushort)position;
            if (BinaryPrimitives.ReadUInt32LittleEndian(block[candidate..]) != word)
            {
                position += 1 + (misses++ >> 5); // step faster through data that does not compress
                continue;
            }

            int length = MinMatch + block[(position + MinMatch)..].CommonPrefixLength(block[(candidate + MinMatch)..]);
            Literal(block[literalStart..position], output);
            Copy(position - candidate, length, output);
            position += length;
            literalStart = position;
            misses = 0;
        }

        Literal(block[literalStart..], output);
    }

    /// <summary>Tag 00: the length minus one in six bits, or 60 or 61 and the length minus one in one or two bytes.</summary>
    private static void Literal(ReadOnlySpan<byte> bytes, ByteBuffer output)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        int length = bytes.Length - 1;
        if (length < 60)
        {
            output.Add((byte)(length << 2));
        }
        else if (length < 256)
        {
            output.Add([60 << 2, (byte)length]);
        }
        else
        {
            output.Add([61 << 2, (byte)length, (byte)(length >> 8)]);
        }

        output.Add(bytes);
    }

    /// <summary>Tag 10: copies of 1 to 64 bytes with a two-byte offset; none is shorter than four bytes.</summary>
    private static void Copy(int offset, int length, ByteBuffer output)
    {
        while (length > 0)
        {
            int part = length <= 64 ? length : Math.Min(64, length - MinMatch);
            output.Add([(byte)(((part - 1) << 2) | 2), (byte)offset, (byte)(offset >> 8)]);
            length -= part;
        }
    }
}
