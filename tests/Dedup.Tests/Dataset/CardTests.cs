using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Tests.Testing;

namespace DataForge.Dedup.Tests.Dataset;

public sealed class CardTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void RunAsync_withDuplicates_writesCardAndNoticeAsAnEntry()
    {
        List<TestFile> files = RandomCode.Files(new Random(3), 200);
        _run.Clean(files);
        _run.Dedup(new DedupOptions());

        ManifestEntry entry = _run.Run.Manifest.Find("dedup", "card")!;
        Assert.Equal(["3-dataset/NOTICE", "3-dataset/README.md"], entry.Outputs.Select(output => output.Path));
        Assert.All(entry.Outputs, output => Assert.Equal(output.Sha256, StageHash.OfFile(_run.Run.PathOf(output.Path))));
        string card = File.ReadAllText(_run.Run.PathOf("3-dataset/README.md"));
        int kept = _run.Dataset().Count;
        Assert.StartsWith("---\n", card, StringComparison.Ordinal);
        Assert.Contains("\nlicense:\n- mit\ntask_categories:\n- text-generation\n", card, StringComparison.Ordinal);
        Assert.Contains("    path: data/train-*.parquet\n", card, StringComparison.Ordinal);
        Assert.Contains($"    num_examples: {kept}\n", card, StringComparison.Ordinal);
        Assert.Contains("| recall: pairs at or above the threshold that were found |", card, StringComparison.Ordinal);
        Assert.DoesNotContain(_run.Run.Name + " ", card, StringComparison.Ordinal);

        string[] named = [.. File.ReadAllLines(_run.Run.PathOf("3-dataset/NOTICE"))];
        Assert.Equal(
            _run.Dataset().Select(row => row.File.Repository.Name).Distinct().Order(StringComparer.Ordinal),
            named.Where((_, i) => i > 0 && named[i - 1].StartsWith("----", StringComparison.Ordinal)));
        Assert.Contains(named, line =>
            line.StartsWith("  MIT, ", StringComparison.Ordinal) && line.EndsWith(", by test", StringComparison.Ordinal));
    }

    [Fact]
    public void RunAsync_nothingChanged_keepsTheCard_andAnotherThresholdRewritesIt()
    {
        _run.Clean(RandomCode.Files(new Random(4), 60));
        _run.Dedup(new DedupOptions());
        _run.Dedup(new DedupOptions());
        Assert.Empty(_run.Computed);
        _run.Dedup(new DedupOptions { Threshold = 0.7 });
        Assert.Contains("card", _run.Computed);
        Assert.Contains("at least 0.7 over", File.ReadAllText(_run.Run.PathOf("3-dataset/README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void RunAsync_withBase_describesIt()
    {
        List<TestFile> files = RandomCode.Files(new Random(5), 200);
        _run.Clean(files[..120]);
        _run.Dedup(new DedupOptions());
        Assert.DoesNotContain("earlier", File.ReadAllText(_run.Run.PathOf("3-dataset/README.md")), StringComparison.Ordinal);
        using var later = new TestRun(_run, "later");
        later.Clean(files[120..]);
        later.Dedup(new DedupOptions { Base = "test" });

        HashSet<BlobId> ofBase = [.. _run.Dataset().Select(row => row.File.BlobId)];
        int twins = later.Dropped().Count(row => ofBase.Contains(row.Twin!.Value));
        Assert.True(twins > 0);
        string card = File.ReadAllText(later.Run.PathOf("3-dataset/README.md"));
        Assert.Contains(
            $"whose dataset of {ofBase.Count} files is not repeated here: {twins} of the dropped duplicates",
            card, StringComparison.Ordinal);
        // The run has fewer files than the base, so the audit does not compare all files of the base.
        Assert.Contains($"Of the earlier dataset's {ofBase.Count} files, ", card, StringComparison.Ordinal);
        AuditedBase audited = CanonicalJson.Read<AuditReport>(later.Run.PathOf("3-dataset/audit.json")).Base!;
        Assert.InRange(audited.Compared, 40, Math.Min(110, ofBase.Count));
    }

    [Fact]
    public void RunAsync_withoutFiles_writesACard()
    {
        _run.Clean(new List<TestFile>());
        _run.Dedup(new DedupOptions { AuditFiles = 0 });
        string card = File.ReadAllText(_run.Run.PathOf("3-dataset/README.md"));
        Assert.Contains("size_categories:\n- n<1K\n", card, StringComparison.Ordinal);
        Assert.Contains("recall and precision are not known", card, StringComparison.Ordinal);
    }
}
