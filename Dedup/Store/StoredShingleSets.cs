using System.Numerics;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;

namespace DataForge.Dedup.Store;

/// <summary>
/// The shingle sets that the signature step wrote. They are read into the caller's buffer, not mapped: mapped pages count as the process's
/// memory, which would grow with the corpus. Each is compared with its fingerprint when it is first read. Memory: 1 byte per file.
/// </summary>
internal sealed class StoredShingleSets : IShingleSets, IDisposable
{
    private readonly SignatureParts _signatures;
    private readonly RankTable _ranks;
    private readonly List<WordFileReader> _files = [];
    private readonly bool[] _isChecked;

    /// <summary>Opens the files.</summary>
    /// <param name="signatures">The signatures of all parts; stays open.</param>
    /// <param name="ranks">The order of all files.</param>
    /// <param name="paths">The files of shingles, in the order of the parts.</param>
    public StoredShingleSets(SignatureParts signatures, RankTable ranks, IEnumerable<string> paths)
    {
        (_signatures, _ranks) = (signatures, ranks);
        _isChecked = new bool[ranks.Count];
        try
        {
            foreach (string path in paths)
            {
                _files.Add(new WordFileReader(path));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Length(int rank) => (int)_signatures.Word(_ranks.OrdinalOf[rank], SignatureColumn.SetLength);

    /// <inheritdoc/>
    public ReadOnlySpan<ulong> Get(int rank, ref ulong[] buffer)
    {
        (int part, int row) = _signatures.Locate(_ranks.OrdinalOf[rank]);
        WordFileReader words = _signatures[part];
        int length = (int)words.Word(SignatureColumn.SetLength, row);
        if (length == 0)
        {
            return [];
        }

        if (buffer.Length < length)
        {
            buffer = new ulong[BitOperations.RoundUpToPowerOf2((uint)length)];
        }

        Span<ulong> set = buffer.AsSpan(0, length);
        _files[part].Read(0, (long)words.Word(SignatureColumn.SetStart, row), set);
        if (!_isChecked[rank])
        {
            bool isWhole = Fingerprint.OfSet(set).High == words.Word(SignatureColumn.FingerprintHigh, row);
            _isChecked[rank] = isWhole ? true : throw _files[part].Damaged();
        }

        return set;
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());
}
