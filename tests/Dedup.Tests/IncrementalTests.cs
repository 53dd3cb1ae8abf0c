using DataForge.Corpus;
using DataForge.Dedup.Shingling;
using DataForge.Dedup.Tests.Testing;

namespace DataForge.Dedup.Tests;

/// <summary>A later run's files held against an earlier run's dataset.</summary>
public class IncrementalTests
{
    private readonly Shingler _shingler = new(new DedupOptions());
    private readonly Dictionary<TestFile, ulong[]> _sets = new(ReferenceEqualityComparer.Instance);

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void RunAsync_withBase_isTheGreedyRuleWithTheBaseFirst(int seed)
    {
        List<TestFile> files = RandomCode.Files(new Random(seed), 540);
        using var first = new TestRun();
        first.Clean(files[..100], files[100..180]);
        first.Dedup(new DedupOptions());
        string firstHash = first.Hash();

        using var second = new TestRun(first, "second");
        second.Clean(files[180..200], files[200..360]);
        second.Dedup(new DedupOptions { Base = "test" }, workers: 2);
        // The base of a base counts too.
        using var third = new TestRun(first, "third");
        third.Clean(files[360..]);
        third.Dedup(new DedupOptions { Base = "second" });

        // Nothing of the base is computed or changed.
        Assert.Equal(firstHash, first.Hash());
        Assert.Equal(["signatures-00000", "signatures-00001"], second.Computed.Where(part => part.StartsWith("signatures", StringComparison.Ordinal)).Order());
        var kept = new List<TestFile>();
        AssertGreedy(kept, files[..180], first);
        AssertGreedy(kept, files[180..360], second);
        AssertGreedy(kept, files[360..], third);
        // Some twin is in an earlier run's dataset, else this tests nothing.
        Assert.Contains(third.Dropped(), row => files[..360].Any(file => BlobId.Of(file.Text) == row.Twin));
    }

    [Fact]
    public void RunAsync_baseUnderOtherOptions_isRefused()
    {
        using var first = new TestRun();
        first.Clean(RandomCode.Files(new Random(24), 20));
        first.Dedup(new DedupOptions { Threshold = 0.8 });
        using var second = new TestRun(first, "second");
        second.Clean(RandomCode.Files(new Random(25), 20));
        Assert.Equal(DataForgeException.WrongUse, Assert.Throws<DataForgeException>(() => second.Dedup(new DedupOptions { Base = "test" })).ExitCode);
        Assert.Equal(DataForgeException.WrongUse, Assert.Throws<DataForgeException>(() => second.Dedup(new DedupOptions { Base = "nobody" })).ExitCode);
    }

    // Adds to the kept files those that the rule keeps of a run's files, in rank order, and holds the run against them.
    private void AssertGreedy(List<TestFile> kept, IReadOnlyList<TestFile> files, TestRun run)
    {
        int before = kept.Count;
        var twins = new Dictionary<BlobId, double>();
        foreach (TestFile file in files.OrderBy(file => file.Describe().Rank))
        {
            double closest = kept.Select(other => Similarity(file, other)).Append(0).Max();
            if (closest < 0.85)
            {
                kept.Add(file);
            }
            else
            {
                twins.Add(BlobId.Of(file.Text), closest);
            }
        }

        Assert.Equal(kept.Skip(before).Select(file => BlobId.Of(file.Text)).Order(), run.Dataset().Select(row => row.File.BlobId).Order());
        Assert.Equal(twins.Keys.Order(), run.Dropped().Select(row => row.BlobId!.Value).Order());
        foreach (DroppedFile row in run.Dropped())
        {
            TestFile twin = kept.Single(file => BlobId.Of(file.Text) == row.Twin);
            Assert.Equal(Similarity(files.Single(file => BlobId.Of(file.Text) == row.BlobId), twin), row.Jaccard);
            Assert.InRange(row.Jaccard!.Value, 0.85, 1);
        }
    }

    private double Similarity(TestFile left, TestFile right)
    {
        (ulong[] a, ulong[] b) = (Set(left), Set(right));
        return a.Length == 0 || b.Length == 0 ? Convert.ToDouble(Folded(left) == Folded(right)) : BruteForce.Jaccard(a, b);
    }

    private ulong[] Set(TestFile file)
    {
        if (!_sets.TryGetValue(file, out ulong[]? set))
        {
            _shingler.Take(file.Text);
            _sets.Add(file, set = _shingler.Set.ToArray());
        }

        return set;
    }

    private static ulong Folded(TestFile file) => new FoldedText(1).Hash(file.Text);
}
