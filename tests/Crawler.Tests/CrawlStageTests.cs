using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Tests.Rows;
using DataForge.Testing;

namespace DataForge.Crawler.Tests;

public class CrawlStageTests
{
    [Fact]
    public async Task Crawl_anyWorkersOrderAndSources_sameBytes()
    {
        using var folder = new TemporaryFolder();
        TestRow[] rows = TestRows.Make(6, 20);
        folder.Write("lib/a/x.py", "print(1)\n");
        folder.Write("lib/m.py", "common = 4\n");
        string json = TestRows.WriteJson(folder["rows.jsonl"], rows);
        TestCrawl one = await Crawl(folder["one"], 1, "dir:" + folder["lib"], json);
        TestRows.WriteJson(folder["rows.jsonl"], TestRows.Shuffled(rows, 9));
        TestCrawl four = await Crawl(folder["four"], 4, json, "dir:" + folder["lib"]);

        Assert.True(one.Run.ReadInput().Parts.Count >= 5);
        Assert.Equal(one.RawHashes(), four.RawHashes());
        Assert.Equal(File.ReadAllText(one.Run.InputFile), File.ReadAllText(four.Run.InputFile));
        Assert.DoesNotContain(folder.Path, File.ReadAllText(one.Run.InputFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crawl_rows_inOrderOfRepositoryAndPath()
    {
        using var folder = new TemporaryFolder();
        TestCrawl crawl = await Crawl(folder["w"], 2, TestRows.WriteJson(folder["rows.jsonl"], TestRows.Make(9, 9)));
        (long, string)[] order = [.. crawl.Rows().Select(row => (row.Repository.Id, row.Path))];
        Assert.Equal(order.OrderBy(row => row.Item1).ThenBy(row => row.Item2, StringComparer.Ordinal), order);
        Assert.Equal(order.Select(row => row.Item1).Distinct(), crawl.Run.ReadInput().Repositories.Select(repository => repository.Id));
    }

    [Fact]
    public async Task Crawl_counts_balance()
    {
        using var folder = new TemporaryFolder();
        TestCrawl crawl = await Crawl(folder["w"], 2, TestRows.WriteJson(folder["rows.jsonl"], TestRows.Make(5, 10)));
        List<Occurrence> rows = crawl.Rows();
        SortedDictionary<string, long> totals = crawl.Run.Manifest.Totals("crawl");
        Assert.Equal(5, totals["repositories"]);
        Assert.Equal(rows.Count(row => row.Kind == FileKind.Python), totals["occurrences.python"]);
        Assert.Equal(rows.Count(row => row.Kind == FileKind.License), totals["occurrences.license"]);
        Assert.Equal(rows.Where(row => row.Kind == FileKind.Python && row.Size > 0).Sum(row => row.Size), totals["bytes.python"]);
        Assert.Equal(5, totals["faults.path"]);
        List<ManifestEntry> entries =
        [
            .. crawl.Run.ReadInput().Parts.Select(part => CanonicalJson.Read<ManifestEntry>(crawl.Workspace.RawManifest(part.Number))),
        ];
        Assert.Equal(
            rows.Where(row => row.Fault is null).Select(row => row.BlobId).Distinct().Count(),
            entries.Sum(entry => entry.Count("contents.stored")));
        Assert.All(entries, entry => Assert.True(Manifest.IsWhole(crawl.Workspace.Folder, entry)));
        Assert.All(
            entries.SelectMany(entry => entry.Outputs),
            output => Assert.Equal(StageHash.OfFile(Path.Combine(crawl.Workspace.Folder, output.Path)), output.Sha256));
        Assert.Equal(crawl.Run.ReadInput().Parts.Select(part => part.Bytes), entries.Select(entry => entry.Count("bytes.stored")));
    }

    [Fact]
    public async Task Crawl_nothingChanged_writesNothing()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lib/a/x.py", "print(1)\n");
        string[] sources = ["dir:" + folder["lib"], TestRows.WriteJson(folder["rows.jsonl"], TestRows.Make(3, 5))];
        TestCrawl crawl = await Crawl(folder["w"], 2, sources);
        string[] raw = crawl.RawHashes();
        string input = File.ReadAllText(crawl.Run.InputFile);
        await crawl.RunAsync("second", sources);
        Assert.Equal(raw, crawl.RawHashes());
        Assert.Equal(input, File.ReadAllText(crawl.Run.InputFile));

        // The rows' file is not even opened: it could not be read any more.
        DateTime time = File.GetLastWriteTimeUtc(folder["rows.jsonl"]);
        File.WriteAllText(folder["rows.jsonl"], new string('?', (int)new FileInfo(folder["rows.jsonl"]).Length));
        File.SetLastWriteTimeUtc(folder["rows.jsonl"], time);
        await crawl.RunAsync("third", sources);
        Assert.Equal(input, File.ReadAllText(crawl.Run.InputFile));
    }

    [Fact]
    public async Task Crawl_changedRepository_isItsNextSnapshotAndStoresWhatIsNew()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lib/a/x.py", "print(1)\n");
        folder.Write("lib/a/y.py", "print(2)\n");
        folder.Write("lib/b/z.py", "print(3)\n");
        TestCrawl crawl = await Crawl(folder["w"], 2, "dir:" + folder["lib"]);
        Run first = crawl.Run;
        string pinned = File.ReadAllText(first.InputFile);
        folder.Write("lib/a/x.py", "print('new')\n");
        await crawl.RunAsync("second", "dir:" + folder["lib"]);

        IEnumerable<string> snapshots = crawl.Run.ReadInput().Repositories.Select(repository => $"{repository.Name} {repository.Snapshot}");
        Assert.Equal(["lib/a 2", "lib/b 1"], snapshots.Order(StringComparer.Ordinal));
        Assert.Equal([BlobId.Of("print('new')\n"u8)], crawl.Contents(1).Keys);
        Assert.Equal(["lib/a: a/x.py", "lib/a: a/y.py", "lib/b: b/z.py"], crawl.Paths());
        Assert.Equal([0, 1], crawl.Run.ReadInput().Parts.Select(part => part.Number));
        Assert.Equal(0, crawl.Rows().Single(row => row.Path == "a/y.py").BlobPart);

        // The first run stays as it was, until it is told to take what is new.
        await crawl.RunAsync(first.Name, "dir:" + folder["lib"]);
        Assert.Equal(pinned, File.ReadAllText(first.InputFile));
        crawl.Options.Repin = true;
        await crawl.RunAsync(first.Name, "dir:" + folder["lib"]);
        Assert.NotEqual(pinned, File.ReadAllText(first.InputFile));
    }

    [Fact]
    public async Task Crawl_changedBack_takesTheEarlierSnapshot()
    {
        using var folder = new TemporaryFolder();
        TestRow[] rows = TestRows.Make(2, 3);
        TestCrawl crawl = await Crawl(folder["w"], 2, TestRows.WriteJson(folder["rows.jsonl"], rows));
        string input = File.ReadAllText(crawl.Run.InputFile);
        await crawl.RunAsync("more", TestRows.WriteJson(folder["rows.jsonl"], [.. rows, new("owner/r0", "src/new.py", "new = 1\n")]));
        Assert.Equal([1, 2], crawl.Run.ReadInput().Repositories.Select(repository => repository.Snapshot).Order());
        await crawl.RunAsync("back", TestRows.WriteJson(folder["rows.jsonl"], rows));
        Assert.Equal(input, File.ReadAllText(crawl.Run.InputFile));
    }

    [Fact]
    public async Task Crawl_otherOptions_crawlsAndPinsAgain()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lib/a/x.py", new string('x', 50));
        TestCrawl crawl = await Crawl(folder["w"], 2, "dir:" + folder["lib"]);
        crawl.Options.MaxFileBytes = 50;
        await crawl.RunAsync(crawl.Run.Name, "dir:" + folder["lib"]);
        Assert.Equal(["lib/a: a/x.py !size"], crawl.Paths());
    }

    [Fact]
    public async Task Crawl_pinnedRun_needsItsSourcesNoMore()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lib/a/x.py", "print(1)\n");
        TestCrawl crawl = await Crawl(folder["w"], 2, "dir:" + folder["lib"]);
        Directory.Delete(folder["lib"], recursive: true);
        await crawl.RunAsync(crawl.Run.Name, "dir:" + folder["lib"]);
        Assert.IsType<Note>(Assert.Single(crawl.Events));
    }

    [Fact]
    public async Task Crawl_nothingFound_isAnEmptyInput()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["lib"]);
        File.WriteAllText(folder["rows.jsonl"], "\n");
        TestCrawl crawl = await Crawl(folder["w"], 2, "dir:" + folder["lib"], "jsonl:" + folder["rows.jsonl"]);
        Assert.Empty(crawl.Run.ReadInput().Parts);
        Assert.Empty(crawl.Run.ReadInput().Repositories);
    }

    [Fact]
    public async Task Crawl_twoAtATime_oneWaits()
    {
        using var folder = new TemporaryFolder();
        string source = TestRows.WriteJson(folder["rows.jsonl"], TestRows.Make(5, 20));
        TestCrawl[] both = await Task.WhenAll(Crawl(folder["w"], 1, source), Crawl(folder["w"], 1, source));
        TestCrawl alone = await Crawl(folder["alone"], 1, source);
        Assert.Equal(alone.RawHashes(), both[0].RawHashes());
    }

    private static async Task<TestCrawl> Crawl(string workspace, int workers, params string[] sources)
    {
        var crawl = new TestCrawl(workspace) { Workers = workers };
        crawl.Options.RawPartBytes = 30_000;
        return await crawl.RunAsync("r", sources);
    }
}
