namespace DataForge.Corpus.Shingling;

/// <summary>Writes a file of words (<see cref="WordFile"/>), column after column, all of the same length.</summary>
public sealed class WordFileWriter(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, WordFile.BufferWords * sizeof(ulong));
    private readonly List<ulong> _checksums = [];
    private ulong _checksum;
    private long _rows = -1;
    private long _rowsOfColumn;

    /// <summary>Words in the current column so far.</summary>
    public long Position => _rowsOfColumn;

    /// <summary>Appends words to the current column.</summary>
    public void Append(ReadOnlySpan<ulong> words)
    {
        _checksum = WordFile.Sum(_checksum, words);
        _file.Write(WordFile.Bytes(words));
        _rowsOfColumn += words.Length;
    }

    /// <summary>Ends the current column.</summary>
    /// <exception cref="InvalidOperationException">It is not as long as the first.</exception>
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

    /// <summary>Writes a whole column.</summary>
    /// <param name="count">Words in the column.</param>
    /// <param name="word">The word of a row.</param>
    public void WriteColumn(int count, Func<int, ulong> word)
    {
        var buffer = new ulong[Math.Min(count, WordFile.BufferWords)];
        for (int from = 0; from < count; from += buffer.Length)
        {
            int length = Math.Min(buffer.Length, count - from);
            for (int i = 0; i < length; i++)
            {
                buffer[i] = word(from + i);
            }

            Append(buffer.AsSpan(0, length));
        }

        EndColumn();
    }

    /// <summary>Writes the trailer; without it the file cannot be read.</summary>
    public void Close()
    {
        ulong[] trailer = [.. _checksums, (ulong)_rows, (ulong)_checksums.Count, WordFile.Magic];
        _file.Write(WordFile.Bytes(trailer));
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
