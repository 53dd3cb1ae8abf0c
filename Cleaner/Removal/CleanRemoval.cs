using System.Globalization;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Steps;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Cleaner.Removal;

/// <summary>What a removal did to a run's <c>2-clean</c>.</summary>
/// <param name="Contents">For each content of <c>2-clean</c> that the removed repositories had: its new row, or null if it was
/// removed.</param>
/// <param name="Occurrences">Occurrences of the removed repositories that the run had read.</param>
/// <param name="Rewritten">Files that were rewritten.</param>
/// <param name="Untouched">Files that were not.</param>
public sealed record CleanRemovalResult(IReadOnlyDictionary<BlobId, CorpusFile?> Contents, long Occurrences, int Rewritten, int Untouched);

/// <summary>
/// Removes repositories from a run's <c>2-clean</c> and <c>dropped/2-clean</c>, in each part that has files of theirs. No text is
/// judged again: a removal only removes and re-attributes rows, it never adds one. Memory: one part's survivors, and the rows of the
/// contents that the repositories had.
/// </summary>
/// <param name="run">The run; the raw parts are rewritten already.</param>
/// <param name="options">The options that the run was cleaned under.</param>
/// <param name="repositories">The repositories' names.</param>
/// <param name="ids">Their numbers.</param>
public sealed class CleanRemoval(RunRewrite run, CleanOptions options, IReadOnlySet<string> repositories, IReadOnlySet<long> ids)
{
    private readonly Dictionary<int, HashSet<BlobId>> _touched = [];
    private readonly Dictionary<BlobId, CorpusFile?> _contents = [];
    private long _occurrences;
    private int _rewritten;

    /// <summary>Writes the new files beside the old ones; the workspace's rewrite puts them in place.</summary>
    /// <param name="cancellation">Ends it early.</param>
    public CleanRemovalResult Rewrite(CancellationToken cancellation)
    {
        IReadOnlyList<ManifestEntry> entries = run.Run.Manifest.Entries(StageNames.Clean);
        foreach (ManifestEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<char> number = entry.Part.AsSpan(entry.Part.LastIndexOf('-') + 1);
            bool isOfRawPart = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int part);
            if (!isOfRawPart || !run.Workspace.IsRewritten("raw/" + Path.GetFileName(run.Run.Workspace.RawFilesPart(part))))
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
                contents.Rewrite(entry, Remaining(entries, part, touched), _contents, cancellation);
                _rewritten += 2;
            }
        }

        if (_touched.Count > 0)
        {
            // They may be those of a removed text; the texts that remain tell the same.
            run.Remove(RunPaths.Shingles);
        }

        return new CleanRemovalResult(_contents, _occurrences, _rewritten, entries.Sum(entry => entry.Outputs.Count) - _rewritten);
    }

    private void RewriteEvidence(ManifestEntry entry, int part, CancellationToken cancellation)
    {
        string file = EvidenceStep.FileOf(part);
        var before = CleanerJson.Read<PartEvidence>(run.Run.PathOf(file));
        string raw = run.Workspace.Current("raw/" + Path.GetFileName(run.Run.Workspace.RawFilesPart(part)));
        (PartEvidence rows, Dictionary<BlobId, SortedSet<EvidenceKind>> wanted) = EvidenceStep.Scan(raw, part, cancellation);
        List<Evidence> evidence =
        [
            .. before.Evidence.Where(
                item => wanted.TryGetValue(BlobId.Parse(item.Blob), out SortedSet<EvidenceKind>? kinds) && kinds.Contains(item.Kind)),
        ];
        File.WriteAllBytes(run.Create(file), CleanerJson.Write(rows with { Evidence = evidence }));
        var counts = new CountTable { [CountName.Evidence] = evidence.Count };
        run.Commit(entry, [run.Output(file)], counts);
        _rewritten++;
    }

    private void RewriteOccurrences(ManifestEntry entry, int part)
    {
        string file = OccurrenceStep.FileOf(part);
        string index = OccurrenceStep.IndexOf(part);
        string droppedFile = OccurrenceStep.DroppedFileOf(part);
        (List<Survivor> kept, long removed) = RemoveSurvivors(part);
        var counts = new CountTable();
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
                counts.Add(CountName.OccurrencesIn, 1);
                counts.Add(CountName.OccurrenceBytesIn, Math.Max(0, row.Size));
                counts.Add(CountName.Dropped.Of(row.Rule), 1);
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
        counts.Add(CountName.OccurrencesIn, kept.Count);
        counts.Add(CountName.OccurrenceBytesIn, kept.Sum(survivor => Math.Max(0, survivor.Size)));
        counts.Add(CountName.OccurrencesPassed, kept.Count);
        File.WriteAllBytes(run.Create(index), CleanerJson.Write(SurvivorShard.Write(run.Create(file), kept)));
        long rows = counts.Sum(CountName.Dropped);
        run.Commit(entry, [run.Output(file, kept.Count), run.Output(index), run.Output(droppedFile, rows)], counts);
        _rewritten += 3;
    }

    // The survivors of a part that are not of the removed repositories, and how many are. Notes the contents that lose an occurrence.
    private (List<Survivor> Kept, long Removed) RemoveSurvivors(int part)
    {
        var shared = new SharedObjects();
        var kept = new List<Survivor>();
        long removed = 0;
        foreach (SurvivorGroup group in CleanerJson.Read<List<SurvivorGroup>>(run.Run.PathOf(OccurrenceStep.IndexOf(part))))
        {
            foreach (Survivor survivor in SurvivorShard.Read(run.Run.PathOf(OccurrenceStep.FileOf(part)), group.RowGroup, shared))
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

        return (kept, removed);
    }

    // The remaining occurrences of the touched contents of one part, from all parts; sorted as the judge needs them.
    private List<Survivor> Remaining(IReadOnlyList<ManifestEntry> entries, int part, HashSet<BlobId> touched)
    {
        var shared = new SharedObjects();
        var remaining = new List<Survivor>();
        foreach (ManifestEntry entry in entries)
        {
            if (OccurrenceStep.PartOf(entry.Part) is not { } source)
            {
                continue;
            }

            var groups = CleanerJson.Read<List<SurvivorGroup>>(run.Current(OccurrenceStep.IndexOf(source)));
            foreach (SurvivorGroup group in groups.Where(group => group.Part == part))
            {
                IEnumerable<Survivor> survivors = SurvivorShard.Read(run.Current(OccurrenceStep.FileOf(source)), group.RowGroup, shared);
                remaining.AddRange(survivors.Where(survivor => touched.Contains(survivor.BlobId)));
            }
        }

        remaining.Sort(Survivor.Compare);
        return remaining;
    }

    private bool IsRemoved(Survivor survivor) => ids.Contains(survivor.Repository.Id) || repositories.Contains(survivor.Repository.Name);
}
