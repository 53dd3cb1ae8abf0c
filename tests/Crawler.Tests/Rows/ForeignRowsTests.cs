using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Rows;

/// <summary>Rows as other tools write them.</summary>
public sealed class ForeignRowsTests
{
    [Fact]
    public async Task Crawl_decimalColumns_areReadByTheirScale()
    {
        using var folder = new TemporaryFolder();
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "parquet:" + Reference("D2-decimal-stars.parquet"));
        Assert.All(crawl.Rows(), row => Assert.Equal((12, 3), (row.Repository.Stars, row.Repository.Forks)));
        Assert.NotEmpty(crawl.Rows());
    }

    [Theory]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task Crawl_oneNullContent_dropsThatRow(string kind)
    {
        using var folder = new TemporaryFolder();
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", $"{kind}:{Reference("D3-null-content." + kind)}");
        Assert.Single(crawl.Rows(), row => row.Fault == RuleNames.Unreadable);
        Assert.True(crawl.Rows().Count(row => row.Fault is null) > 1);
        Assert.Contains(crawl.Events.OfType<FileFault>(), fault => fault.Detail == "the content is null");
    }

    [Theory]
    [InlineData(2, 199, 0.01, true)]
    [InlineData(2, 200, 0.01, false)]
    [InlineData(1, 2, 0.01, false)]
    [InlineData(1, 1000, 0, true)]
    [InlineData(3, 3, 1, false)]
    public async Task Crawl_nullContents_endTheCrawlAboveTheShare(int nulls, int rows, double share, bool isRefused)
    {
        using var folder = new TemporaryFolder();
        string[] lines =
        [
            .. Enumerable.Range(0, nulls).Select(i => $$"""{"repo":"a/b","path":"n{{i}}.py","content":null}"""),
            .. Enumerable.Range(nulls, rows - nulls).Select(i => $$"""{"repo":"a/b","path":"f{{i}}.py","content":"{{i}}"}"""),
        ];
        string file = folder.Write("rows.jsonl", string.Join('\n', lines));
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.MaxNullShare = share;
        if (isRefused)
        {
            DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("r", "jsonl:" + file));
            Assert.Contains($"{nulls} of {rows} rows", fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', fault.Message);
        }
        else
        {
            await crawl.RunAsync("r", "jsonl:" + file);
            Assert.Equal(nulls, crawl.Rows().Count(row => row.Fault == RuleNames.Unreadable));
            Assert.Equal(rows, crawl.Rows().Count);
        }
    }

    [Fact]
    public async Task Crawl_theStackV1_readsItsListsOfLicences()
    {
        using var folder = new TemporaryFolder();
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.ColumnPreset = ColumnPreset.StackV1;
        await crawl.RunAsync("r", "parquet:" + Reference("D4-stack-v1-columns.parquet"));
        Assert.NotEmpty(crawl.Rows());
        Assert.All(crawl.Rows(), row => Assert.Equal("MIT", row.Repository.ForgeLicense));
        Assert.All(crawl.Rows(), row => Assert.StartsWith("o/r", row.Repository.Name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "StackV2", """{"repo_name":"a/b","path":"x.py","content":"1","detected_licenses":["MIT","Apache-2.0",null],"star_events_count":7}""")]
    [InlineData(
        "StackV3", """{"repo_path":"a/b","path":"x.py","content":"1","detected_licenses":["Apache-2.0","MIT"],"stars":7}""")]
    [InlineData(
        "None", """{"repo":"a/b","path":"x.py","content":"1","license":["MIT","Apache-2.0"],"stars":7}""")]
    public async Task Crawl_listsOfLicences_areJoinedByAnd(string preset, string line)
    {
        using var folder = new TemporaryFolder();
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.ColumnPreset = Enum.Parse<ColumnPreset>(preset);
        await crawl.RunAsync("r", "jsonl:" + folder.Write("rows.jsonl", line));
        RepositoryFacts facts = Assert.Single(crawl.Rows()).Repository;
        Assert.Equal(("a/b", "Apache-2.0 AND MIT", 7), (facts.Name, facts.ForgeLicense, facts.Stars));
    }

    [Fact]
    public async Task Crawl_theStackV3AsJsonLines_hasARowForEachFileOfARepository()
    {
        using var folder = new TemporaryFolder();
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.ColumnPreset = ColumnPreset.StackV3;
        string file = folder.Write("rows.jsonl", """
            {"files":[{"path":"x.py","content":"1","detected_licenses":["MIT"]}, {"content":"2","path":"s/y.py"}],"repo_path":"a/b","commit_id":"c"}
            {"repo_path":"c/d","files":[{"path":"z.py","content":"\u00e4\n","other":{"path":"no"}}]}
            {"repo_path":"e/f","files":[]}
            {"repo_path":"a/b","path":"flat.py","content":"3"}
            """);
        await crawl.RunAsync("r", "jsonl:" + file);
        Assert.Equal(["a/b: flat.py", "a/b: s/y.py", "a/b: x.py", "c/d: z.py"], crawl.Paths());
        Assert.All(
            crawl.Rows().Where(row => row.Repository.Name == "a/b"),
            row => Assert.Equal(("MIT", "c"), (row.Repository.ForgeLicense, row.Repository.Commit)));
        Assert.Contains(crawl.Rows(), row => row.BlobId == BlobId.Of("ä\n"u8));
    }

    [Fact]
    public async Task Crawl_theStackV3AsATable_hasARowForEachFileOfARepository()
    {
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        using var folder = new TemporaryFolder();
        string lines = folder.Write("rows.jsonl", """
            {"repo_path":"a/b","commit_id":"c","files":[{"path":"x.py","content":"1","detected_licenses":["MIT"]}, {"path":"s/y.py","content":null}]}
            {"repo_path":"c/d","commit_id":"d","files":[]}
            {"repo_path":"e/f","commit_id":null,"files":[{"path":"z.py","content":"3","detected_licenses":null}]}
            """);
        NodeReaders.Run("copy-json.mjs", [lines, folder["rows.parquet"]]);
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.ColumnPreset = ColumnPreset.StackV3;
        await crawl.RunAsync("r", "parquet:" + folder["rows.parquet"]);
        Assert.Equal(["a/b: s/y.py !unreadable", "a/b: x.py", "e/f: z.py"], crawl.Paths());
        Assert.All(
            crawl.Rows().Where(row => row.Repository.Name == "a/b"),
            row => Assert.Equal(("MIT", "c"), (row.Repository.ForgeLicense, row.Repository.Commit)));
    }

    [Fact]
    public async Task Crawl_presetAndAnOption_theOptionCounts()
    {
        using var folder = new TemporaryFolder();
        var crawl = new TestCrawl(folder["w"]);
        (crawl.Options.ColumnPreset, crawl.Options.ContentColumn) = (ColumnPreset.StackV2, "text");
        await crawl.RunAsync("r", "jsonl:" + folder.Write("rows.jsonl", """{"repo_name":"a/b","path":"x.py","text":"1"}"""));
        Assert.Equal(["a/b: x.py"], crawl.Paths());
    }

    [Fact]
    public async Task Crawl_hiddenNamesInAFolder_areNoInputsAndAreCounted()
    {
        using var folder = new TemporaryFolder();
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "parquet:" + Reference("D5-hidden-parquet"));
        Assert.NotEmpty(crawl.Rows());
        Assert.Contains(crawl.Events.OfType<Note>(), note => note.Text.StartsWith("parquet: 2 files", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Crawl_folderOfJsonLines_readsAllButHiddenNames()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in/.hidden"]);
        Directory.CreateDirectory(folder["in/_temporary"]);
        TestRows.WriteJson(folder["in/1.jsonl"], [new TestRow("a/b", "x.py", "1")]);
        TestRows.WriteGzip(folder["in/2.jsonl.gz"], [new TestRow("a/b", "y.py", "2")]);
        foreach (string name in (string[])["in/.3.jsonl", "in/_SUCCESS.jsonl", "in/.hidden/4.jsonl", "in/_temporary/5.jsonl"])
        {
            File.WriteAllText(folder[name], "no row");
        }

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "jsonl:" + folder["in"]);
        Assert.Equal(["a/b: x.py", "a/b: y.py"], crawl.Paths());
        Assert.Contains(crawl.Events.OfType<Note>(), note => note.Text.StartsWith("jsonl: 4 files", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dir")]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    [InlineData("git")]
    [InlineData("pinned")]
    public async Task Crawl_homeOfAnotherUser_isRefused(string kind)
    {
        using var folder = new TemporaryFolder();
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(
            () => new TestCrawl(folder["w"]).RunAsync("r", kind + ":~somebody/x"));
        Assert.Equal(2, fault.ExitCode);
        Assert.Contains("~somebody/x", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Expand_ownHome_isReplaced()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(home + "/src", HomePath.Expand("~/src"));
        Assert.Equal(home, HomePath.Expand("~"));
        Assert.Equal("a/~/b", HomePath.Expand("a/~/b"));
        Assert.Equal("./~x", HomePath.Expand("./~x"));
    }

    private static string Reference(string name)
    {
        string? path = SharedFiles.Find("cases", "reports", name);
        Assert.SkipWhen(path is null, "the reference file is absent");
        return path!;
    }
}
