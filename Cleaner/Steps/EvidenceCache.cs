using DataForge.Cleaner.Licenses;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// What step A wrote, by raw part; the parts used last are kept, up to about <see cref="MaxEvidence"/> pieces of evidence in all (some hundred
/// bytes each). Safe from several threads.
/// </summary>
internal sealed class EvidenceCache(Run run)
{
    private const int MaxEvidence = 300_000;
    private readonly Lock _lock = new();
    private readonly LinkedList<(int Part, Dictionary<(string, EvidenceKind), Evidence> Evidence)> _recent = new();
    private int _held;

    /// <summary>The evidence stored in a part, by blob id in hexadecimal and kind.</summary>
    public IReadOnlyDictionary<(string Blob, EvidenceKind Kind), Evidence> Of(int part)
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

            var evidence = CanonicalJson.Read<PartEvidence>(run.PathOf(EvidenceStep.FileOf(part))).Evidence.ToDictionary(item => (item.Blob, item.Kind));
            _recent.AddFirst((part, evidence));
            _held += evidence.Count;
            while (_held > MaxEvidence && _recent.Count > 1)
            {
                _held -= _recent.Last!.Value.Evidence.Count;
                _recent.RemoveLast();
            }

            return evidence;
        }
    }
}
