using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Inspection.Settings;

namespace DataForge.Inspection.Verification;

/// <summary>What must agree between the steps of a run.</summary>
internal static class Books
{
    /// <exception cref="DataForgeException">The two differ.</exception>
    public static void Same(string where, string fault, long one, long other)
    {
        if (one != other)
        {
            throw FirstFault.Of(where, fault);
        }
    }

    /// <summary>Between the steps nothing is lost: what one passes on, the next has read.</summary>
    public static void CheckSteps(Run run, RunParts parts)
    {
        string where = run.PathOf("manifest");
        IReadOnlyList<ManifestEntry> clean = parts.Of("clean"), dedup = parts.Of("dedup"), tokens = parts.Of("tokenize");
        if (clean.Count > 0)
        {
            Pass("occurrences.passed", clean, "occurrences.judged", clean);
        }

        if (dedup.Any(entry => entry.Part.StartsWith("dataset-", StringComparison.Ordinal)))
        {
            foreach (string what in new[] { "contents", "occurrences", "bytes" })
            {
                Pass(what + ".out", clean, what + ".in", dedup);
            }
        }

        if (tokens.Any(entry => entry.Part == "val"))
        {
            long documents = Sum(tokens, "documents.train") + Sum(tokens, "documents.validation");
            long read = parts.IsOfText ? Sum(tokens, "documents.unfiltered") : Sum(dedup, "contents.out");
            Same(where, $"the {(parts.IsOfText ? "text has" : "dataset has")} {read} files, its tokens {documents} documents", read, documents);
        }

        void Pass(string from, IReadOnlyList<ManifestEntry> first, string to, IReadOnlyList<ManifestEntry> next) => Same(
            where, $"{first[0].Stage} passes on {from} {Sum(first, from)}, {next[0].Stage} has read {to} {Sum(next, to)}", Sum(first, from), Sum(next, to));
    }

    /// <summary>
    /// Every content of <c>2-clean</c> is once in the dataset or once among what left; nothing that stays has left before; every duplicate's twin stays.
    /// </summary>
    /// <returns>Duplicates whose twins were looked up.</returns>
    public static long CheckContents(Run run, IReadOnlyList<Tally> clean, IReadOnlyList<Tally> dataset)
    {
        BlobId[] passed = Sorted(run, "2-clean", clean.SelectMany(tally => tally.Kept));
        BlobId[] failed = Sorted(run, "dropped/2-clean", clean.SelectMany(tally => tally.Dropped));
        NoneOf(run, "2-clean", passed, "dropped/2-clean", failed);
        if (dataset.Count == 0)
        {
            return 0;
        }

        BlobId[] kept = Sorted(run, "3-dataset/data", dataset.SelectMany(tally => tally.Kept));
        BlobId[] left = Sorted(run, "dropped/3-dataset", dataset.SelectMany(tally => tally.Dropped));
        NoneOf(run, "3-dataset/data", kept, "dropped/2-clean", failed);
        NoneOf(run, "3-dataset/data", kept, "dropped/3-dataset", left);
        foreach (BlobId id in kept.Concat(left))
        {
            if (!Has(passed, id))
            {
                throw FirstFault.Of(run.PathOf("3-dataset"), $"{id} is not in 2-clean");
            }
        }

        if (kept.Length + left.Length != passed.Length)
        {
            BlobId lost = passed.First(id => !Has(kept, id) && !Has(left, id));
            throw FirstFault.Of(run.PathOf("3-dataset"), $"{lost} of 2-clean is neither there nor in dropped/3-dataset");
        }

        long twins = 0;
        var ofBase = new Lazy<HashSet<BlobId>>(() => KeptBefore(run));
        foreach (Duplicate duplicate in dataset.SelectMany(tally => tally.Duplicates))
        {
            twins++;
            if (!Has(kept, duplicate.Twin) && !ofBase.Value.Contains(duplicate.Twin))
            {
                throw FirstFault.Of(run.PathOf("dropped/3-dataset"), $"the twin {duplicate.Twin} of {duplicate.Id} is not in the dataset");
            }

            if (!(duplicate.Similarity >= duplicate.Threshold && duplicate.Similarity <= 1))
            {
                throw FirstFault.Of(run.PathOf("dropped/3-dataset"), $"{duplicate.Id} left with a similarity of {duplicate.Similarity}, below {duplicate.Threshold}");
            }
        }

        // Twins that asked to be left out are gone; their duplicates say so.
        long without = left.Length - twins - dataset.Sum(tally => tally.Orphans);
        return without == 0 ? twins : throw FirstFault.Of(run.PathOf("dropped/3-dataset"), $"{without} duplicates have no twin");
    }

    // What the runs that this one was deduplicated against have in their datasets: a twin may be there.
    private static HashSet<BlobId> KeptBefore(Run run)
    {
        var kept = new HashSet<BlobId>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { run.Name };
        for (string? name = RunOptions.Of(run).Dedup.Base; !string.IsNullOrEmpty(name) && seen.Add(name);)
        {
            Run before = Run.Open(run.Workspace, name);
            foreach (ManifestOutput shard in before.Manifest.Entries("dedup").SelectMany(entry => entry.Outputs)
                .Where(output => output.Path.StartsWith("3-dataset/data/", StringComparison.Ordinal)))
            {
                using var reader = new CorpusShard.Reader(before.PathOf(shard.Path));
                for (int group = 0; group < reader.RowGroupCount; group++)
                {
                    using CorpusShard.Rows rows = reader.ReadRowGroup(group, "blob_id");
                    kept.UnionWith(Enumerable.Range(0, rows.Count).Select(rows.Id));
                }
            }

            name = RunOptions.Of(before).Dedup.Base;
        }

        return kept;
    }

    private static BlobId[] Sorted(Run run, string where, IEnumerable<BlobId> ids)
    {
        BlobId[] sorted = [.. ids];
        Array.Sort(sorted);
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1])
            {
                throw FirstFault.Of(run.PathOf(where), $"{sorted[i]} is there twice");
            }
        }

        return sorted;
    }

    private static void NoneOf(Run run, string where, BlobId[] these, string elsewhere, BlobId[] those)
    {
        foreach (BlobId id in these)
        {
            if (Has(those, id))
            {
                throw FirstFault.Of(run.PathOf(where), $"{id} is also in {elsewhere}");
            }
        }
    }

    private static bool Has(BlobId[] sorted, BlobId id) => Array.BinarySearch(sorted, id) >= 0;

    private static long Sum(IReadOnlyList<ManifestEntry> entries, string count) => entries.Sum(entry => entry.Count(count));
}
