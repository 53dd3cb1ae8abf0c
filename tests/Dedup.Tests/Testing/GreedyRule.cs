using DataForge.Corpus;
using DataForge.Corpus.Shingling;

namespace DataForge.Dedup.Tests.Testing;

/// <summary>What a run must give: the greedy rule taken at its word, every file against every kept one.</summary>
internal sealed class GreedyRule(DedupOptions options)
{
    private readonly Shingler _shingler = new(options.ToShingleSettings());
    private readonly Dictionary<TestFile, ulong[]> _sets = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Files with as many tokens as a shingle have a Jaccard similarity; those with fewer are compared by their folded texts.
    /// </summary>
    public double Similarity(TestFile left, TestFile right)
    {
        (ulong[] a, ulong[] b) = (Set(left), Set(right));
        return a.Length == 0 && b.Length == 0 ? Convert.ToDouble(HaveOneText(left, right)) : BruteForce.Jaccard(a, b);
    }

    /// <summary>A file's shingles.</summary>
    public ulong[] Set(TestFile file)
    {
        if (!_sets.TryGetValue(file, out ulong[]? set))
        {
            _shingler.Process(file.Text);
            _sets.Add(file, set = _shingler.Set.ToArray());
        }

        return set;
    }

    /// <summary>Whether two files differ in white space at most.</summary>
    public static bool HaveOneText(TestFile left, TestFile right) => new FoldedText(1).Hash(left.Text) == new FoldedText(1).Hash(right.Text);

    /// <summary>
    /// Adds to the kept files those that the rule keeps of a run's files, in rank order, and holds the run against them: what it keeps,
    /// what it drops, and that each dropped file names a twin that is kept, ranks before it and is the closest there is.
    /// </summary>
    public void AssertOutcome(List<TestFile> kept, IReadOnlyList<TestFile> files, TestRun run)
    {
        int before = kept.Count;
        List<TestFile> ranked = [.. files.OrderBy(file => file.Describe().Rank)];
        var closest = new Dictionary<BlobId, double>();
        foreach (TestFile file in ranked)
        {
            double similarity = kept.Select(other => Similarity(file, other)).Append(0).Max();
            if (similarity < options.Threshold)
            {
                kept.Add(file);
            }
            else
            {
                closest.Add(BlobId.Of(file.Text), similarity);
            }
        }

        List<DroppedFile> dropped = run.Dropped();
        Assert.Equal(kept.Skip(before).Select(file => BlobId.Of(file.Text)).Order(), run.Dataset().Select(row => row.File.BlobId).Order());
        Assert.Equal(closest.Keys.Order(), dropped.Select(row => row.BlobId!.Value).Order());
        foreach (DroppedFile row in dropped)
        {
            int place = ranked.FindIndex(file => BlobId.Of(file.Text) == row.BlobId);
            TestFile twin = kept.Single(file => BlobId.Of(file.Text) == row.Twin);
            Assert.DoesNotContain(twin, ranked.Skip(place));
            Assert.Equal(Similarity(ranked[place], twin), row.Jaccard);
            Assert.InRange(row.Jaccard!.Value, options.Threshold, 1);
            bool isExact = HaveOneText(ranked[place], twin) && row.Jaccard == 1;
            Assert.Equal(isExact ? "exact_duplicate" : "near_duplicate", row.Rule);
        }
    }
}
