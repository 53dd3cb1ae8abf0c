using System.Runtime.InteropServices;
using DataForge.Dedup.Shingling;

namespace DataForge.Dedup.Store;

/// <summary>
/// The layout of the stage's own intermediate files: 64-bit little-endian words in columns of equal length, column by column, and behind them a
/// checksum of each column, the number of rows, the number of columns and a magic word.
/// </summary>
internal static class WordFile
{
    /// <summary>"DFwords1" as a word.</summary>
    public const ulong Magic = 0x3173_6472_6F77_4644;

    /// <summary>Words behind the columns' checksums: rows, columns, magic.</summary>
    public const int TrailerWords = 3;

    /// <summary>Adds words to a checksum.</summary>
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

/// <summary>Writes a file of words, column after column, each as long as the first.</summary>
internal sealed class WordFileWriter(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
    private readonly List<ulong> _checksums = [];
    private ulong _checksum;
    private long _rows = -1;
    private long _rowsOfColumn;

    /// <summary>Words in the column so far.</summary>
    public long Position => _rowsOfColumn;

    /// <summary>Appends words to the column.</summary>
    public void Append(ReadOnlySpan<ulong> words)
    {
        _checksum = WordFile.Sum(_checksum, words);
        _file.Write(WordFile.Bytes(words));
        _rowsOfColumn += words.Length;
    }

    /// <summary>Ends the column.</summary>
    public void EndColumn()
    {
        if (_rows >= 0 && _rows != _rowsOfColumn)
        {
            throw new InvalidOperationException($"a column of {_rowsOfColumn} words follows one of {_rows}");
        }

        _rows = _rowsOfColumn;
        _checksums.Add(_checksum);
        (_checksum, _rowsOfColumn) = (0, 0);
    }

    /// <summary>Writes the trailer; without it the file is not readable.</summary>
    public void Close()
    {
        ulong[] trailer = [.. _checksums, (ulong)_rows, (ulong)_checksums.Count, WordFile.Magic];
        _file.Write(WordFile.Bytes(trailer));
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
