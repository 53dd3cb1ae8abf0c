using DataForge.Corpus;
using DataForge.Dedup.Shingling;

namespace DataForge.Dedup.Store;

/// <summary>The columns of a signature file: what the stage knows of each file of one part, a 64-bit word each.</summary>
internal static class SignatureColumn
{
    /// <summary>First half of the shingle set's fingerprint (of a file without shingles: of its folded text).</summary>
    public const int FingerprintHigh = 0;

    /// <summary>Second half.</summary>
    public const int FingerprintLow = 1;

    /// <summary>The hash of the folded text.</summary>
    public const int FoldedText = 2;

    /// <summary>Where the set begins in the part's shingles, in words.</summary>
    public const int SetStart = 3;

    /// <summary>Shingles in the set; 0 for a file too short to have any.</summary>
    public const int SetLength = 4;

    /// <summary>Bytes of the file's text.</summary>
    public const int TextBytes = 5;

    /// <summary>The file's blob id, in three words.</summary>
    public const int BlobId = 6;

    /// <summary>The keys of the bands, one column each; 0 for none.</summary>
    public const int FirstBand = 9;
}

/// <summary>What the stage knows of one file, but for the keys of its bands.</summary>
/// <param name="BlobId">The git id of its source bytes.</param>
/// <param name="Set">The fingerprint of its shingle set, or of its folded text where it has none.</param>
/// <param name="Folded">The hash of its folded text.</param>
/// <param name="SetStart">Where its set begins among its part's shingles.</param>
/// <param name="SetLength">Shingles in its set.</param>
/// <param name="TextBytes">Bytes of its text.</param>
internal readonly record struct FileSignature(BlobId BlobId, Fingerprint Set, ulong Folded, long SetStart, int SetLength, int TextBytes);

/// <summary>Collects the signatures of one part's files and writes them column by column. Memory: 8 bytes a column and file, 360 with 36 bands.</summary>
internal sealed class SignaturePartWriter(int rows, int bands)
{
    private readonly ulong[][] _columns = [.. Enumerable.Range(0, SignatureColumn.FirstBand + bands).Select(_ => new ulong[rows])];
    private int _row;

    /// <summary>Appends a file. <paramref name="keys"/> is empty where the file has no shingles.</summary>
    public void Append(FileSignature file, ReadOnlySpan<ulong> keys)
    {
        (BlobId id, Fingerprint set, ulong folded, long setStart, int setLength, int textBytes) = file;
        int row = _row++;
        _columns[SignatureColumn.FingerprintHigh][row] = set.High;
        _columns[SignatureColumn.FingerprintLow][row] = set.Low;
        _columns[SignatureColumn.FoldedText][row] = folded;
        _columns[SignatureColumn.SetStart][row] = (ulong)setStart;
        _columns[SignatureColumn.SetLength][row] = (ulong)setLength;
        _columns[SignatureColumn.TextBytes][row] = (ulong)textBytes;
        Span<byte> bytes = stackalloc byte[24];
        bytes.Clear();
        id.CopyTo(bytes);
        for (int i = 0; i < 3; i++)
        {
            _columns[SignatureColumn.BlobId + i][row] = BitConverter.ToUInt64(bytes[(8 * i)..]);
        }

        for (int band = 0; band < keys.Length; band++)
        {
            _columns[SignatureColumn.FirstBand + band][row] = keys[band];
        }
    }

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        using var file = new WordFileWriter(path);
        foreach (ulong[] column in _columns)
        {
            file.Append(column.AsSpan(0, _row));
            file.EndColumn();
        }

        file.Close();
    }
}

/// <summary>
/// The signatures of all parts. A file is named by its ordinal: its row, counted through all parts in order. Safe from several threads.
/// </summary>
internal sealed class SignatureParts : IDisposable
{
    private readonly WordFileReader[] _files;
    private readonly int[] _starts;

    /// <param name="paths">The signature files, in the order of their parts.</param>
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

    /// <summary>Parts.</summary>
    public int Count => _files.Length;

    /// <summary>Files in all parts; at most 2^31 − 1.</summary>
    public int Files => _starts[^1];

    /// <summary>A part's signatures.</summary>
    public WordFileReader this[int part] => _files[part];

    /// <summary>The ordinal of a part's first file.</summary>
    public int Start(int part) => _starts[part];

    /// <summary>The part and row of a file.</summary>
    public (int Part, int Row) Locate(int ordinal)
    {
        int at = Array.BinarySearch(_starts, ordinal);
        // Parts without rows share their start with the next: the last of them is the one that has the row.
        int part = at >= 0 ? at : ~at - 1;
        while (_starts[part + 1] == ordinal)
        {
            part++;
        }

        return (part, ordinal - _starts[part]);
    }

    /// <summary>One word of one file.</summary>
    public ulong Word(int ordinal, int column)
    {
        (int part, int row) = Locate(ordinal);
        return _files[part].Map(column, row, 1)[0];
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
