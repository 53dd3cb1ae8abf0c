using DataForge.Corpus;
using DataForge.Corpus.Shingling;

namespace DataForge.Dedup.Store;

/// <summary>
/// Collects the signatures of one part's files and writes them column by column. Memory: 8 bytes per column and file, 360 per file with 36
/// bands.
/// </summary>
internal sealed class SignaturePartWriter(int rows, int bands)
{
    private readonly ulong[][] _columns = [.. Enumerable.Range(0, SignatureColumn.FirstBand + bands).Select(_ => new ulong[rows])];
    private int _row;

    /// <summary>Appends a file. <paramref name="keys"/> is empty if the file has no shingles.</summary>
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
