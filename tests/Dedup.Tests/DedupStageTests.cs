using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Tests.Testing;
using DataForge.Testing;

namespace DataForge.Dedup.Tests;

public sealed class DedupStageTests : IDisposable
{
    private static readonly string Code = string.Concat(Enumerable.Range(0, 80).Select(i => $"value_{i} = compute(first_{i}, {i})\n"));
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void RunAsync_nearDuplicate_leavesWithItsTwinAndJaccard()
    {
        string edited = Code.Replace("value_40", "renamed");
        _run.Clean([new TestFile("a/fork", "edited.py", edited, copies: 3), new TestFile("z/best", "code.py", Code, stars: 100)]);
        _run.Dedup(new DedupOptions());

        Assert.Equal("z/best", Assert.Single(_run.Dataset()).File.Repository.Name);
        DroppedFile dropped = Assert.Single(_run.Dropped());
        Assert.Equal(("near_duplicate", DropLevel.Content, 3), (dropped.Rule, dropped.Level, dropped.Copies));
        Assert.Equal(BlobId.Of(Encoding.UTF8.GetBytes(Code)), dropped.Twin);
        // 80 lines of 8 tokens make 636 shingles; the renamed token takes part in five.
        Assert.Equal(631.0 / 641.0, dropped.Jaccard);
        Assert.Equal("0.85", dropped.Threshold);
    }

    [Fact]
    public void RunAsync_whiteSpaceAndCommentsDiffer_areDuplicates()
    {
        string spaced = Code.Replace(" = ", "  =\t").Replace("\n", "  \r\n\r\n");
        string commented = "# of another author\n" + Code;
        _run.Clean([new TestFile("a/a", "code.py", Code, 9), new TestFile("b/b", "spaced.py", spaced), new TestFile("c/c", "commented.py", commented)]);
        _run.Dedup(new DedupOptions());

        Assert.Equal(["exact_duplicate", "near_duplicate"], _run.Dropped().Select(row => row.Rule));
        Assert.All(_run.Dropped(), row => Assert.Equal(1.0, row.Jaccard));
    }

    /// <summary>The rule for files without a shingle: only the same folded text makes a duplicate.</summary>
    [Fact]
    public void RunAsync_filesTooShortForAShingle_areComparedByFoldedText()
    {
        string[] texts = ["", "\n\n", "x = 1\n", "x  =  1\n", "y = 1\n", "# only a comment\n", "# only another\n", "# only  a comment", "a = b = c\n", "pass\n", "  \n \t\n"];
        _run.Clean([.. texts.Select((text, i) => new TestFile("a/a", $"{i:D2}.py", text))]);
        _run.Dedup(new DedupOptions());

        Assert.Equal(["00.py", "02.py", "04.py", "05.py", "06.py", "08.py", "09.py"], _run.Dataset().Select(row => row.File.Path));
        Assert.Equal(
            [("01.py", texts[0]), ("03.py", texts[2]), ("07.py", texts[5]), ("10.py", texts[0])],
            _run.Dropped().Select(row => (row.Path, texts.First(text => BlobId.Of(Encoding.UTF8.GetBytes(text)) == row.Twin))));
        Assert.All(_run.Dropped(), row => Assert.Equal("exact_duplicate", row.Rule));
    }

    [Fact]
    public void RunAsync_oddFiles_meetOnlyTheirLikes()
    {
        string repeated = string.Concat(Enumerable.Repeat("x ", 300_000));
        string repeatedToo = string.Concat(Enumerable.Repeat("x ", 300_007));
        string otherRepeated = string.Concat(Enumerable.Repeat("y ", 300_000));
        string oneLine = string.Concat(Enumerable.Range(0, 150_000).Select(i => $"n{i},"));
        string oneString = "s = '" + new string('a', 1_000_000) + "'";
        string comments = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"# comment {i}\n"));
        _run.Clean([.. new[] { repeated, repeatedToo, otherRepeated, oneLine, oneString, comments }.Select((text, i) => new TestFile("a/a", $"{i}.py", text))]);
        _run.Dedup(new DedupOptions());

        Assert.Equal(["0.py", "2.py", "3.py", "4.py", "5.py"], _run.Dataset().Select(row => row.File.Path));
        Assert.Equal(1.0, Assert.Single(_run.Dropped()).Jaccard);
    }

    [Fact]
    public void RunAsync_counts_balance()
    {
        List<TestFile> files = RandomCode.Files(new Random(5), 400);
        _run.Clean(files[..150], files[150..160], files[160..]);
        _run.Dedup(new DedupOptions { ShardBytes = 60_000 });

        SortedDictionary<string, long> totals = _run.Run.Manifest.Totals("dedup");
        List<DroppedFile> dropped = _run.Dropped();
        List<(CorpusFile File, byte[] Text)> kept = _run.Dataset();
        Assert.Equal(files.Count, totals["contents.in"]);
        Assert.Equal(files.Sum(file => file.Copies), totals["occurrences.in"]);
        Assert.Equal(files.Sum(file => (long)file.Text.Length), totals["bytes.in"]);
        Assert.Equal(kept.Count, totals["contents.out"]);
        Assert.Equal(kept.Sum(row => (long)row.Text.Length), totals["bytes.out"]);
        Assert.Equal(totals["occurrences.in"], totals["occurrences.out"] + totals.Where(pair => pair.Key.StartsWith("dropped.")).Sum(pair => pair.Value));
        Assert.Equal(dropped.Count, totals["dropped_contents.near_duplicate"] + totals.GetValueOrDefault("dropped_contents.exact_duplicate"));
        Assert.Equal(kept.Count, totals["license.MIT"]);
        Assert.Equal(files.Select(file => BlobId.Of(file.Text)).Order(), kept.Select(row => row.File.BlobId).Concat(dropped.Select(row => row.BlobId!.Value)).Order());
        Assert.All(_run.Run.Manifest.Entries("dedup"), entry => Assert.Equal(
            entry.Count("occurrences.in"), entry.Count("occurrences.out") + entry.Counts.ByName().Where(pair => pair.Key.StartsWith("dropped.")).Sum(pair => pair.Value)));

        // Shards of about one size, named with their number.
        string[] shards = [.. Directory.EnumerateFiles(_run.Run.PathOf("3-dataset/data")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        int count = (int)((totals["bytes.out"] + 59_999) / 60_000);
        Assert.True(count > 2);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"train-{i:D5}-of-{count:D5}.parquet"), shards);
        // In the order of 2-clean.
        Assert.Equal(files.Select(file => BlobId.Of(file.Text)).Where(id => kept.Any(row => row.File.BlobId == id)), kept.Select(row => row.File.BlobId));
    }

    [Fact]
    public void RunAsync_anyNumberOfWorkers_writesTheSameBytes()
    {
        List<TestFile> files = RandomCode.Files(new Random(6), 600);
        IReadOnlyList<TestFile>[] parts = [files[..100], files[100..400], files[400..450], files[450..]];
        var options = new DedupOptions { ShardBytes = 100_000, AuditFiles = 100 };
        _run.Clean(parts);
        _run.Dedup(options);
        foreach (int workers in new[] { 2, 8 })
        {
            using var other = new TestRun();
            other.Clean(parts);
            other.Dedup(options, workers);
            Assert.Equal(_run.Hash(), other.Hash());
        }

        _run.Dedup(options);
        Assert.Empty(_run.Computed);
    }

    [Fact]
    public void RunAsync_partsInAnotherOrder_dropsTheSameForTheSameReasons()
    {
        List<TestFile> files = RandomCode.Files(new Random(8), 500);
        _run.Clean(files[..250], files[250..]);
        _run.Dedup(new DedupOptions());
        TestFile[] shuffled = [.. files];
        new Random(9).Shuffle(shuffled);
        using var other = new TestRun();
        other.Clean(shuffled[..30], shuffled[30..499], shuffled[499..]);
        other.Dedup(new DedupOptions());

        Assert.NotEmpty(_run.Dropped());
        Assert.Equal(_run.Dropped().OrderBy(row => row.BlobId), other.Dropped().OrderBy(row => row.BlobId));
    }

    [Fact]
    public void RunAsync_stoppedAnywhere_resumesToTheSameBytes()
    {
        List<TestFile> files = RandomCode.Files(new Random(10), 300);
        var options = new DedupOptions { ShardBytes = 60_000, AuditFiles = 50 };
        _run.Clean(files[..100], files[100..]);
        _run.Dedup(options, workers: 2);
        using var other = new TestRun();
        other.Clean(files[..100], files[100..]);
        for (int milliseconds = 1; milliseconds < 60; milliseconds += 6)
        {
            using var cancellation = new CancellationTokenSource(milliseconds);
            try
            {
                other.Dedup(options, workers: 2, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                // What a killed process leaves: temporary files, and shards that no manifest entry knows.
                Directory.CreateDirectory(other.Run.PathOf("3-dataset/data"));
                File.WriteAllText(other.Run.PathOf("3-dataset/data/train-00000-of-00099.parquet"), "half");
                File.WriteAllText(other.Run.PathOf("3-dataset/data/train-00000-of-00002.parquet.tmp"), "half");
            }
        }

        other.Dedup(options);
        Assert.Equal(_run.Hash(), other.Hash());
    }

    [Fact]
    public void RunAsync_fewerFilesThanBefore_leavesNothingOfThem()
    {
        List<TestFile> files = RandomCode.Files(new Random(11), 300);
        var options = new DedupOptions { ShardBytes = 50_000, AuditFiles = 50 };
        _run.Clean(files[..100], files[100..200], files[200..]);
        _run.Dedup(options);
        _run.Clean(files[..100]);
        _run.Dedup(options);
        using var fresh = new TestRun();
        fresh.Clean(files[..100]);
        fresh.Dedup(options);
        Assert.Equal(fresh.Hash(), _run.Hash());
        Assert.DoesNotContain("signatures-00000", _run.Computed);
    }

    [Fact]
    public void RunAsync_damagedIntermediate_saysWhichFile()
    {
        List<TestFile> files = RandomCode.Files(new Random(12), 200);
        _run.Clean(files);
        _run.Dedup(new DedupOptions());
        string path = _run.Run.PathOf("3-dataset/work/part-00000.shingles");
        byte[] bytes = File.ReadAllBytes(path);
        for (int i = 0; i < bytes.Length - 64; i += 8)
        {
            bytes[i] ^= 1;
        }

        File.WriteAllBytes(path, bytes);
        File.Delete(_run.Run.Manifest.EntryFile("dedup", "selection"));
        Assert.Contains(path, Assert.Throws<DataForgeException>(() => _run.Dedup(new DedupOptions())).Message);
    }

    [Fact]
    public void RunAsync_nothingClean_saysSo() =>
        Assert.Equal(DataForgeException.WrongUse, Assert.Throws<DataForgeException>(() => _run.Dedup(new DedupOptions())).ExitCode);

    [Fact]
    public void RunAsync_noFileLeft_writesAnEmptyDataset()
    {
        _run.Clean(new List<TestFile>());
        _run.Dedup(new DedupOptions());
        Assert.Empty(_run.Dataset());
        Assert.Empty(_run.Dropped());
    }

    [Fact]
    public void RunAsync_allPairs_writesEachPair()
    {
        List<TestFile> files = RandomCode.Files(new Random(13), 300);
        _run.Clean(files);
        _run.Dedup(new DedupOptions { AllPairs = true });
        Assert.True(_run.Run.Manifest.Find("dedup", "selection")!.Outputs.Single(output => output.Path == "3-dataset/pairs.parquet").Rows > 0);
    }

    [Fact]
    public void RunAsync_wordShingles_seeCommentsAndNoOperators()
    {
        _run.Clean([new TestFile("a/a", "plus.py", Code.Replace(" = ", " == ")), new TestFile("b/b", "code.py", Code), new TestFile("c/c", "words.py", string.Concat(Enumerable.Range(0, 300).Select(i => $"# {i}\n")) + Code)]);
        _run.Dedup(new DedupOptions { Shingles = ShingleKind.Words });
        Assert.Equal(["plus.py", "words.py"], _run.Dataset().Select(row => row.File.Path));
    }
}
