using System.Runtime.InteropServices;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// The layout of the stage's own intermediate files: 64-bit little-endian words in columns of equal length, column by column, followed by a
/// checksum of each column, the number of rows, the number of columns and a magic word.
/// </summary>
public static class WordFile
{
    /// <summary>"DFwords1" as a word.</summary>
    public const ulong Magic = 0x3173_6472_6F77_4644;

    /// <summary>Words after the columns' checksums: rows, columns, magic.</summary>
    public const int TrailerWords = 3;

    /// <summary>
    /// Words to read or write of a column at a time: a buffer of 64 KiB is no large object, whose garbage would be collected late.
    /// </summary>
    public const int BufferWords = 1 << 13;

    /// <summary>A checksum, continued with more words.</summary>
    public static ulong Sum(ulong checksum, ReadOnlySpan<ulong> words)
    {
        foreach (ulong word in words)
        {
            checksum = Hashing.Fold(checksum ^ word, Hashing.K1) + word;
        }

        return checksum;
    }

    /// <summary>The words as bytes.</summary>
    public static ReadOnlySpan<byte> Bytes(ReadOnlySpan<ulong> words) => MemoryMarshal.AsBytes(words);
}
