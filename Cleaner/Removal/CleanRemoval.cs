using System.Globalization;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Steps;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Cleaner.Removal;

/// <summary>What a removal did to a run's <c>2-clean</c>.</summary>
/// <param name="Contents">Of each content of <c>2-clean</c> that the removed repositories had: its row as it is now, or null where it left.</param>
/// <param name="Occurrences">Occurrences of the removed repositories that the run had read.</param>
/// <param name="Rewritten">Files written anew.</param>
/// <param name="Untouched">Files that stay as they are.</param>
public sealed record CleanRemovalResult(IReadOnlyDictionary<BlobId, CorpusFile?> Contents, long Occurrences, int Rewritten, int Untouched);

/// <summary>
/// Removes repositories from a run's <c>2-clean</c> and <c>dropped/2-clean</c>, part by part, where a part has anything of theirs. No text is judged anew: a
/// removal takes away and re-attributes, it never adds. Memory: one part's survivors, and the rows of the contents that the repositories had.
/// </summary>
/// <param name="run">The run; raw parts are rewritten already.</param>
/// <param name="options">The options that the run was cleaned under.</param>
/// <param name="repositories">The repositories' names.</param>
/// <param name="ids">Their numbers.</param>
public sealed class CleanRemoval(RunRewrite run, CleanOptions options, IReadOnlySet<string> repositories, IReadOnlySet<long> ids)
{
    private const string Stage = "clean";
    private readonly Dictionary<int, HashSet<BlobId>> _touched = [];
    private readonly Dictionary<BlobId, CorpusFile?> _contents = [];
    private long _occurrences;
    private int _rewritten;

    /// <summary>Writes the new files aside.</summary>
    public CleanRemovalResult Rewrite(CancellationToken cancellation)
    {
        IReadOnlyList<ManifestEntry> entries = run.Run.Manifest.Entries(Stage);
        foreach (ManifestEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            bool isOfRaw = int.TryParse(entry.Part.AsSpan(entry.Part.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int part);
            if (!isOfRaw || !run.Workspace.IsRewritten("raw/" + Path.GetFileName(run.Run.Workspace.RawFilesPart(part))))
            {
                continue;
            }

            if (entry.Part == EvidenceStep.PartName(part))
            {
                RewriteEvidence(entry, part, cancellation);
            }
            else if (entry.Part == OccurrenceStep.PartName(part))
            {
                RewriteOccurrences(entry, part);
            }
        }

        foreach ((int part, HashSet<BlobId> touched) in _touched.OrderBy(pair => pair.Key))
        {
            if (entries.FirstOrDefault(entry => entry.Part == ContentStep.PartName(part)) is { } entry)
            {
                var contents = new ContentRemoval(run, options, part, touched);
                contents.Rewrite(entry, Survivors(entries, part, touched), _contents, cancellation);
                _rewritten += 2;
            }
        }

        return new CleanRemovalResult(_contents, _occurrences, _rewritten, entries.Sum(entry => entry.Outputs.Count) - _rewritten);
    }

    private void RewriteEvidence(ManifestEntry entry, int part, CancellationToken cancellation)
    {
        string file = EvidenceStep.FileOf(part);
        var before = CanonicalJson.Read<PartEvidence>(run.Run.PathOf(file));
        string raw = run.Workspace.Current("raw/" + Path.GetFileName(run.Run.Workspace.RawFilesPart(part)));
        (PartEvidence rows, Dictionary<BlobId, SortedSet<EvidenceKind>> wanted) = EvidenceStep.Scan(raw, part, cancellation);
        List<Evidence> evidence = [.. before.Evidence.Where(item => wanted.TryGetValue(BlobId.Parse(item.Blob), out SortedSet<EvidenceKind>? kinds) && kinds.Contains(item.Kind))];
        File.WriteAllBytes(run.Create(file), CanonicalJson.Write(rows with { Evidence = evidence }));
        run.Commit(entry, [run.Output(file)], new Dictionary<string, long> { ["evidence"] = evidence.Count });
        _rewritten++;
    }

    private void RewriteOccurrences(ManifestEntry entry, int part)
    {
        string file = OccurrenceStep.FileOf(part);
        string index = OccurrenceStep.IndexOf(part);
        string droppedFile = OccurrenceStep.DroppedFileOf(part);
        var shared = new SharedObjects();
        var kept = new List<Survivor>();
        long removed = 0;
        foreach (SurvivorGroup group in CanonicalJson.Read<List<SurvivorGroup>>(run.Run.PathOf(index)))
        {
            foreach (Survivor survivor in SurvivorShard.Read(run.Run.PathOf(file), group.RowGroup, shared))
            {
                if (!IsRemoved(survivor))
                {
                    kept.Add(survivor);
                    continue;
                }

                removed++;
                if (!_touched.TryGetValue(survivor.BlobPart, out HashSet<BlobId>? touched))
                {
                    _touched[survivor.BlobPart] = touched = [];
                }

                touched.Add(survivor.BlobId);
            }
        }

        var counts = new RowCounts();
        using (var dropped = new DroppedShard.Writer(run.Create(droppedFile)))
        {
            foreach (DroppedFile row in DroppedShard.Read(run.Run.PathOf(droppedFile)))
            {
                if (repositories.Contains(row.Repository))
                {
                    removed++;
                    continue;
                }

                dropped.Append(row);
                counts.Add("occurrences.in", 1);
                counts.Add("occurrence_bytes.in", Math.Max(0, row.Size));
                counts.Add("dropped." + row.Rule, 1);
            }

            dropped.Close();
        }

        if (removed == 0)
        {
            // The repository's rows here are of another snapshot than the run's.
            run.Discard(droppedFile);
            return;
        }

        _occurrences += removed;
        counts.Add("occurrences.in", kept.Count);
        counts.Add("occurrence_bytes.in", kept.Sum(survivor => Math.Max(0, survivor.Size)));
        counts.Add("occurrences.passed", kept.Count);
        File.WriteAllBytes(run.Create(index), CanonicalJson.Write(SurvivorShard.Write(run.Create(file), kept)));
        long rows = counts.Sum("dropped.");
        run.Commit(entry, [run.Output(file, kept.Count), run.Output(index), run.Output(droppedFile, rows)], counts.Values);
        _rewritten += 3;
    }

    // What is left of the touched contents of one part, from wherever it was found; sorted as the judge has it.
    private List<Survivor> Survivors(IReadOnlyList<ManifestEntry> entries, int part, HashSet<BlobId> touched)
    {
        var shared = new SharedObjects();
        var left = new List<Survivor>();
        foreach (ManifestEntry entry in entries.Where(entry => entry.Part.StartsWith("occurrences-", StringComparison.Ordinal)))
        {
            int source = int.Parse(entry.Part.AsSpan("occurrences-".Length), CultureInfo.InvariantCulture);
            foreach (SurvivorGroup group in CanonicalJson.Read<List<SurvivorGroup>>(run.Current(OccurrenceStep.IndexOf(source))).Where(group => group.Part == part))
            {
                left.AddRange(SurvivorShard.Read(run.Current(OccurrenceStep.FileOf(source)), group.RowGroup, shared).Where(survivor => touched.Contains(survivor.BlobId)));
            }
        }

        left.Sort(Survivor.Compare);
        return left;
    }

    private bool IsRemoved(Survivor survivor) => ids.Contains(survivor.Repository.Id) || repositories.Contains(survivor.Repository.Name);
}

/// <summary>Counts of a manifest entry, gathered anew from rows.</summary>
internal sealed class RowCounts
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The counts.</summary>
    public IReadOnlyDictionary<string, long> Values => _counts;

    /// <summary>Adds to a count.</summary>
    public void Add(string name, long by) => _counts[name] = _counts.GetValueOrDefault(name) + by;

    /// <summary>The sum of the counts whose names begin so.</summary>
    public long Sum(string prefix) => _counts.Where(count => count.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(count => count.Value);
}
