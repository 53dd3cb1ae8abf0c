using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Shingling;

namespace DataForge.Dedup.Store;

/// <summary>Shingle sets as the signature step wrote them, in mapped memory. Each is held against its fingerprint when it is
/// read first. Memory: 1 byte a file.</summary>
internal sealed class StoredShingleSets : IShingleSets, IDisposable
{
    private readonly SignatureParts _signatures;
    private readonly RankTable _ranks;
    private readonly List<WordFileReader> _files = [];
    private readonly bool[] _isChecked;

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
        int length = (int)words.Map(SignatureColumn.SetLength, row, 1)[0];
        if (length == 0)
        {
            return [];
        }

        ReadOnlySpan<ulong> set = _files[part].Map(0, (long)words.Map(SignatureColumn.SetStart, row, 1)[0], length);
        if (!_isChecked[rank])
        {
            _isChecked[rank] = Fingerprint.OfSet(set).High == words.Map(SignatureColumn.FingerprintHigh, row, 1)[0] ? true : throw _files[part].Damaged();
        }

        return set;
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());
}
