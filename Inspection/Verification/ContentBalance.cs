using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Inspection.Settings;

namespace DataForge.Inspection.Verification;

/// <summary>Checks where each content ended: in the dataset or among what was dropped, exactly once. Memory: 20 bytes per
/// content.</summary>
internal sealed class ContentBalance
{
    private readonly Run _run;
    private readonly IReadOnlyList<RowCounts> _dataset;
    private readonly BlobId[] _clean;
    private readonly BlobId[] _droppedByClean;

    private ContentBalance(Run run, IReadOnlyList<RowCounts> clean, IReadOnlyList<RowCounts> dataset)
    {
        (_run, _dataset) = (run, dataset);
        _clean = SortedOnce(RunPaths.Clean, clean.SelectMany(part => part.Kept));
        _droppedByClean = SortedOnce(RunPaths.DroppedByClean, clean.SelectMany(part => part.Dropped));
    }

    /// <summary>
    /// Checks that every content of <c>2-clean</c> is once in the dataset or once in <c>dropped/3-dataset</c>, that no kept content was
    /// dropped too, and that the kept twin of every duplicate is in the dataset.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="clean">The rows of the cleaner's parts.</param>
    /// <param name="dataset">The rows of the dataset's parts; empty if the run has no dataset.</param>
    /// <returns>The number of duplicates whose twins were looked up.</returns>
    /// <exception cref="DataForgeException">The first fault.</exception>
    public static long Check(Run run, IReadOnlyList<RowCounts> clean, IReadOnlyList<RowCounts> dataset)
    {
        var balance = new ContentBalance(run, clean, dataset);
        balance.CheckDisjoint(RunPaths.Clean, balance._clean, RunPaths.DroppedByClean, balance._droppedByClean);
        return dataset.Count == 0 ? 0 : balance.CheckDataset();
    }

    private long CheckDataset()
    {
        BlobId[] kept = SortedOnce(RunPaths.DatasetShards, _dataset.SelectMany(part => part.Kept));
        BlobId[] dropped = SortedOnce(RunPaths.DroppedByDedup, _dataset.SelectMany(part => part.Dropped));
        CheckDisjoint(RunPaths.DatasetShards, kept, RunPaths.DroppedByClean, _droppedByClean);
        CheckDisjoint(RunPaths.DatasetShards, kept, RunPaths.DroppedByDedup, dropped);
        foreach (BlobId id in kept.Concat(dropped))
        {
            if (!Contains(_clean, id))
            {
                throw Fault(RunPaths.Dataset, $"{id} is not in {RunPaths.Clean}");
            }
        }

        if (kept.Length + dropped.Length != _clean.Length)
        {
            BlobId lost = _clean.First(id => !Contains(kept, id) && !Contains(dropped, id));
            throw Fault(RunPaths.Dataset, $"{lost} of {RunPaths.Clean} is neither there nor in {RunPaths.DroppedByDedup}");
        }

        return CheckTwins(kept, dropped.Length);
    }

    private long CheckTwins(BlobId[] kept, int dropped)
    {
        long twins = 0;
        var ofBase = new Lazy<HashSet<BlobId>>(KeptByBaseRuns);
        foreach (Duplicate duplicate in _dataset.SelectMany(part => part.Duplicates))
        {
            twins++;
            if (!Contains(kept, duplicate.Twin) && !ofBase.Value.Contains(duplicate.Twin))
            {
                throw Fault(RunPaths.DroppedByDedup, $"the twin {duplicate.Twin} of {duplicate.Id} is not in the dataset");
            }

            if (!(duplicate.Similarity >= duplicate.Threshold && duplicate.Similarity <= 1))
            {
                string range = $"below {duplicate.Threshold}";
                throw Fault(RunPaths.DroppedByDedup, $"{duplicate.Id} was dropped with a similarity of {duplicate.Similarity}, {range}");
            }
        }

        // A twin that was removed by an opt-out is no longer there; the rows of its duplicates say so.
        long without = dropped - twins - _dataset.Sum(part => part.Orphans);
        return without == 0 ? twins : throw Fault(RunPaths.DroppedByDedup, $"{without} duplicates have no twin");
    }

    // The contents of the datasets that this run was deduplicated against: a twin may be there.
    private HashSet<BlobId> KeptByBaseRuns()
    {
        var kept = new HashSet<BlobId>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { _run.Name };
        for (string? name = RunOptions.Of(_run).Dedup.Base; !string.IsNullOrEmpty(name) && seen.Add(name);)
        {
            Run baseRun = Run.Open(_run.Workspace, name);
            foreach (ManifestOutput shard in DatasetShards.Of(baseRun))
            {
                using var reader = new CorpusShard.Reader(baseRun.PathOf(shard.Path));
                for (int group = 0; group < reader.RowGroupCount; group++)
                {
                    using CorpusShard.Rows rows = reader.ReadRowGroup(group, Column.BlobId);
                    kept.UnionWith(Enumerable.Range(0, rows.Count).Select(rows.Id));
                }
            }

            name = RunOptions.Of(baseRun).Dedup.Base;
        }

        return kept;
    }

    private BlobId[] SortedOnce(string where, IEnumerable<BlobId> ids)
    {
        BlobId[] sorted = [.. ids];
        Array.Sort(sorted);
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1])
            {
                throw Fault(where, $"{sorted[i]} is there twice");
            }
        }

        return sorted;
    }

    private void CheckDisjoint(string where, BlobId[] these, string elsewhere, BlobId[] those)
    {
        foreach (BlobId id in these)
        {
            if (Contains(those, id))
            {
                throw Fault(where, $"{id} is also in {elsewhere}");
            }
        }
    }

    private DataForgeException Fault(string where, string fault) => VerificationFault.Of(_run.PathOf(where), fault);

    private static bool Contains(BlobId[] sorted, BlobId id) => Array.BinarySearch(sorted, id) >= 0;
}
