using DataForge.Corpus;
using DataForge.Dedup.Tests.Testing;

namespace DataForge.Dedup.Tests;

/// <summary>A later run's files held against an earlier run's dataset.</summary>
public class IncrementalTests
{
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
        var rule = new GreedyRule(new DedupOptions());
        var kept = new List<TestFile>();
        rule.AssertOutcome(kept, files[..180], first);
        rule.AssertOutcome(kept, files[180..360], second);
        rule.AssertOutcome(kept, files[360..], third);
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
}
