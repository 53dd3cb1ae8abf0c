using System.Numerics;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;

namespace DataForge.Dedup.Store;

/// <summary>
/// The shingle sets that the signature step wrote. They are read into the caller's buffer, not mapped: mapped pages count as the process's
/// memory, which would grow with the corpus. Each is compared with its fingerprint when it is first read. Memory: 5 bytes per file.
/// </summary>
internal sealed class StoredShingleSets : IShingleSets, IDisposable
{
    // Of so many files, the first one's place is kept; from there the lengths are added up.
    private const int Stride = 64;

    private readonly SignatureParts _signatures;
    private readonly RankTable _ranks;
    private readonly List<WordFileReader> _files = [];
    private readonly bool[] _isChecked;

    // By ordinal, the shingles in a set; by every 64th ordinal, and by part, those in all sets before it.
    private readonly int[] _lengths;
    private readonly long[] _starts;
    private readonly long[] _partStarts;

    /// <summary>Opens the files.</summary>
    /// <param name="signatures">The signatures of all parts; stays open.</param>
    /// <param name="ranks">The order of all files.</param>
    /// <param name="paths">The files of shingles, in the order of the parts.</param>
    public StoredShingleSets(SignatureParts signatures, RankTable ranks, IEnumerable<string> paths)
    {
        (_signatures, _ranks) = (signatures, ranks);
        _isChecked = new bool[ranks.Count];
        _lengths = new int[signatures.Files];
        _starts = new long[(signatures.Files / Stride) + 1];
        _partStarts = new long[signatures.Count];
        ReadLengths();
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
    public int Length(int rank) => _lengths[_ranks.OrdinalOf[rank]];

    /// <inheritdoc/>
    public ReadOnlySpan<ulong> Get(int rank, ref ulong[] buffer)
    {
        int ordinal = _ranks.OrdinalOf[rank];
        int length = _lengths[ordinal];
        if (length == 0)
        {
            return [];
        }

        if (buffer.Length < length)
        {
            buffer = new ulong[BitOperations.RoundUpToPowerOf2((uint)length)];
        }

        (int part, _) = _signatures.Locate(ordinal);
        Span<ulong> set = buffer.AsSpan(0, length);
        _files[part].Read(0, Start(ordinal) - _partStarts[part], set);
        if (!_isChecked[rank])
        {
            bool isWhole = Fingerprint.OfSet(set).High == _signatures.Word(ordinal, SignatureColumn.FingerprintHigh);
            _isChecked[rank] = isWhole ? true : throw _files[part].Damaged();
        }

        return set;
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    // A part's sets are stored in the order of its files, without gaps.
    private void ReadLengths()
    {
        long sum = 0;
        int ordinal = 0;
        ulong[] buffer = new ulong[SignatureParts.ScanWords];
        for (int part = 0; part < _signatures.Count; part++)
        {
            _partStarts[part] = sum;
            _signatures[part].Scan(SignatureColumn.SetLength, buffer, (_, lengths) =>
            {
                foreach (ulong length in lengths)
                {
                    if (ordinal % Stride == 0)
                    {
                        _starts[ordinal / Stride] = sum;
                    }

                    _lengths[ordinal++] = (int)length;
                    sum += (long)length;
                }
            });
        }
    }

    private long Start(int ordinal)
    {
        long start = _starts[ordinal / Stride];
        for (int i = ordinal / Stride * Stride; i < ordinal; i++)
        {
            start += _lengths[i];
        }

        return start;
    }
}
