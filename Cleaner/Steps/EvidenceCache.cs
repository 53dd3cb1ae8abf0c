using DataForge.Cleaner.Licenses;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner.Steps;

/// <summary>What the first step wrote about one raw part, ready to be looked up.</summary>
internal sealed class KnownEvidence(PartEvidence part)
{
    private readonly ILookup<(long, int), EvidenceRow> _rows = part.Rows.ToLookup(row => (row.Repository, row.Snapshot));
    private readonly Dictionary<(string, EvidenceKind), Evidence> _evidence = part.Evidence.ToDictionary(item => (item.Blob, item.Kind));

    /// <summary>The number of rows and pieces of evidence.</summary>
    public int Size => part.Rows.Count + _evidence.Count;

    /// <summary>The part's rows of this snapshot that are evidence.</summary>
    public IEnumerable<EvidenceRow> RowsOf(long repository, int snapshot) => _rows[(repository, snapshot)];

    /// <summary>What a blob stored in the part says, read as this kind; null if it says nothing.</summary>
    public Evidence? Of(string blob, EvidenceKind kind) => _evidence.GetValueOrDefault((blob, kind));
}

/// <summary>
/// What the first step wrote, by raw part. The parts used last are kept, up to about <see cref="MaxEvidence"/> rows and pieces of evidence
/// in all. Safe from several threads.
/// </summary>
internal sealed class EvidenceCache(Run run)
{
    // At some hundred bytes each, about 100 MB.
    private const int MaxEvidence = 300_000;
    private readonly Lock _lock = new();
    private readonly LinkedList<(int Part, KnownEvidence Evidence)> _recent = new();
    private int _held;

    /// <summary>What is known of a part.</summary>
    public KnownEvidence Of(int part)
    {
        lock (_lock)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Part == part)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Evidence;
                }
            }

            var evidence = new KnownEvidence(CleanerJson.Read<PartEvidence>(run.PathOf(EvidenceStep.FileOf(part))));
            _recent.AddFirst((part, evidence));
            _held += evidence.Size;
            while (_held > MaxEvidence && _recent.Count > 1)
            {
                _held -= _recent.Last!.Value.Evidence.Size;
                _recent.RemoveLast();
            }

            return evidence;
        }
    }
}
