using DataForge.Corpus;
using DataForge.Corpus.Shingling;

namespace DataForge.Dedup.Store;

/// <summary>
/// The signatures of all parts. A file is identified by its ordinal: its row, counted over all parts in order. Thread-safe.
/// </summary>
internal sealed class SignatureParts : IDisposable
{
    private readonly WordFileReader[] _files;
    private readonly int[] _starts;

    /// <summary>Opens the files.</summary>
    /// <param name="paths">The signature files, in the order of their parts.</param>
    /// <exception cref="DataForgeException">A file is damaged.</exception>
    public SignatureParts(IReadOnlyList<string> paths)
    {
        _files = new WordFileReader[paths.Count];
        _starts = new int[paths.Count + 1];
        try
        {
            for (int i = 0; i < _files.Length; i++)
            {
                _files[i] = new WordFileReader(paths[i]);
                _starts[i + 1] = checked(_starts[i] + (int)_files[i].Rows);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of parts.</summary>
    public int Count => _files.Length;

    /// <summary>Number of files in all parts; at most 2^31 − 1.</summary>
    public int Files => _starts[^1];

    /// <summary>A part's signatures.</summary>
    public WordFileReader this[int part] => _files[part];

    /// <summary>The ordinal of a part's first file.</summary>
    public int Start(int part) => _starts[part];

    /// <summary>The part and row of a file.</summary>
    public (int Part, int Row) Locate(int ordinal)
    {
        int at = Array.BinarySearch(_starts, ordinal);
        // A part without rows has the same start as the next: the last of them is the one with the row.
        int part = at >= 0 ? at : ~at - 1;
        while (_starts[part + 1] == ordinal)
        {
            part++;
        }

        return (part, ordinal - _starts[part]);
    }

    /// <summary>The word of one file in a column.</summary>
    public ulong Word(int ordinal, int column)
    {
        (int part, int row) = Locate(ordinal);
        return _files[part].Word(column, row);
    }

    /// <summary>The fingerprint of a file's shingle set.</summary>
    public Fingerprint Fingerprint(int ordinal) =>
        new(Word(ordinal, SignatureColumn.FingerprintHigh), Word(ordinal, SignatureColumn.FingerprintLow));

    /// <summary>A file's blob id.</summary>
    public BlobId BlobId(int ordinal)
    {
        Span<byte> bytes = stackalloc byte[24];
        for (int i = 0; i < 3; i++)
        {
            BitConverter.TryWriteBytes(bytes[(8 * i)..], Word(ordinal, SignatureColumn.BlobId + i));
        }

        return new BlobId(bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (WordFileReader? file in _files)
        {
            file?.Dispose();
        }
    }
}
