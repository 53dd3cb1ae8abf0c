using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Rows;

public class RowSourceTests
{
    [Theory]
    [InlineData("jsonl")]
    [InlineData("gzip")]
    [InlineData("parquet")]
    public async Task Crawl_rowsInAnyOrder_givesEachBackAsItWas(string form)
    {
        using var folder = new TemporaryFolder();
        TestRow[] rows = TestRows.Make(7, 12);
        string source = form switch
        {
            "jsonl" => TestRows.WriteJson(folder["rows.jsonl"], rows),
            "gzip" => TestRows.WriteGzip(folder["rows.jsonl.gz"], rows),
            _ => TestRows.WriteParquet(folder["rows.parquet"], rows),
        };
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.RawPartBytes = 20_000;
        crawl.Options.RepositoryColumn = form == "parquet" ? "repo_name" : "repo";
        await crawl.RunAsync("r", source);

        Dictionary<BlobId, byte[]> contents = crawl.Run.ReadInput().Parts.SelectMany(part => crawl.Contents(part.Number)).ToDictionary();
        Assert.Equal(
            rows.Select(row => $"{row.Repo} {row.Path} {row.License} {row.Stars} {(row.Path[0] == '.' ? "" : row.Content)}")
                .Order(StringComparer.Ordinal),
            crawl.Rows().Select(row => $"{row.Repository.Name} {row.Path} {row.Repository.ForgeLicense} {row.Repository.Stars} " +
                (row.Fault is null ? Encoding.UTF8.GetString(contents[row.BlobId!.Value]) : "")).Order(StringComparer.Ordinal));
        Assert.True(crawl.Run.ReadInput().Parts.Count > 3);
        Assert.Equal(contents.Keys.ToHashSet(), crawl.Rows().Where(row => row.Fault is null).Select(row => row.BlobId!.Value).ToHashSet());
        Assert.All(
            crawl.Rows().Where(row => row.Fault is null), row => Assert.True(crawl.Contents(row.BlobPart).ContainsKey(row.BlobId!.Value)));
    }

    [Fact]
    public async Task Crawl_fieldsOfRows_joinIntoOneRepository()
    {
        using var folder = new TemporaryFolder();
        string[] lines =
        [
            """{"repo":"a/b","path":"x.py","content":"1","license":"mit","stars":3,"is_fork":false,"created_at":"2020-01-02T03:04:05+01:00","commit":"c1"}""",
            "",
            """{"content":"2\u00e9\ud83d\ude00","path":"y.py","repo":"a/b","license":"apache-2.0","stars":5.0,"forks":7,"created_at":"2019-05-06 07:08:09 UTC","commit":"c1","path2":{"path":[1]}}""",
            """{"repo":"a/b","path":"z.ipynb","content":"3","license":null,"is_fork":true,"stars":null}""",
            """{"repo":"a/b","path":"bad.py","content":"lone \ud800"}""",
        ];
        File.WriteAllText(folder["rows.jsonl"], "\uFEFF" + string.Join("\r\n", lines));
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "jsonl:" + folder["rows.jsonl"]);
        Assert.Equal(["a/b: bad.py !unreadable", "a/b: x.py", "a/b: y.py", "a/b: z.ipynb !not_python"], crawl.Paths());
        RepositoryFacts facts = crawl.Rows()[0].Repository;
        Assert.Equal(
            ("apache-2.0 AND mit", 5, 7, true, "2019-05-06T07:08:09Z", "c1"),
            (facts.ForgeLicense, facts.Stars, facts.Forks, facts.IsFork, facts.CreatedAt, facts.Commit));
        Assert.Equal("2é😀"u8.ToArray(), crawl.Contents(0)[crawl.Rows().Single(row => row.Path == "y.py").BlobId!.Value]);
        Assert.Single(crawl.Events.OfType<FileFault>());
    }

    [Fact]
    public async Task Crawl_onePathTwice_orderOfTheirContents()
    {
        using var folder = new TemporaryFolder();
        TestRow[] rows = [.. Enumerable.Range(0, 9).Select(i => new TestRow("a/b", "x.py", $"v{i % 5}"))];
        TestCrawl one = await new TestCrawl(folder["one"]).RunAsync("r", TestRows.WriteJson(folder["rows.jsonl"], rows));
        TestCrawl other = await new TestCrawl(folder["other"]).RunAsync(
            "r", TestRows.WriteJson(folder["rows.jsonl"], TestRows.Shuffled(rows, 3)));
        Assert.Equal(9, one.Rows().Count);
        Assert.Equal(one.RawHashes(), other.RawHashes());
    }

    [Theory]
    [InlineData("""{"repo":"a","path":"x.py","content":"1"}""" + "\n" + """{"repo":"a","path":"y.py","cont""", "line 2 (byte 41)")]
    [InlineData("""{"repo":"a","path":"x.py","content":"1"} extra""", "line 1 (byte 0)")]
    [InlineData("""["repo"]""", "no JSON object")]
    [InlineData("""{"repo":"a","path":"x.py"}""", "'content'")]
    [InlineData("""{"repo":"a","path":"x.py","content":7}""", "'content'")]
    [InlineData("""{"repo":"","path":"x.py","content":"1"}""", "no repository")]
    [InlineData("""{"repo":"a","content":"1"}""", "no path")]
    [InlineData("""{"repo":"a","path":"x.py","content":"1","stars":"many"}""", "wrong type")]
    [InlineData("""{"repo":"a","path":"x.py","content":"1","stars":1.5}""", "whole numbers")]
    [InlineData("""{"repo":"a","path":"x.py","content":"1","created_at":"soon"}""", "'soon'")]
    public async Task Crawl_brokenLine_stopsNamingIt(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.jsonl"], text);
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(
            () => new TestCrawl(folder["w"]).RunAsync("r", "jsonl:" + folder["rows.jsonl"]));
        Assert.Equal(1, fault.ExitCode);
        Assert.StartsWith(folder["rows.jsonl"] + ", line ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public async Task Crawl_lineTooLong_stopsNamingIt()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.jsonl"], new string(' ', 3_000_000));
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.MaxLineBytes = 1 << 20;
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("r", "jsonl:" + folder["rows.jsonl"]));
        Assert.Contains("longer than 1048576 bytes", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    [InlineData(0.999)]
    public async Task Crawl_truncatedFiles_stopNamingThem(double share)
    {
        using var folder = new TemporaryFolder();
        TestRow[] rows = TestRows.Make(3, 10);
        foreach (string source in (string[])[TestRows.WriteGzip(folder["rows.jsonl.gz"], rows), TestRows.WriteParquet(folder["rows.parquet"], rows)])
        {
            string path = source[(source.IndexOf(':') + 1)..];
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..(int)(share * new FileInfo(path).Length)]);
            var crawl = new TestCrawl(folder["w"]);
            crawl.Options.RepositoryColumn = source[0] == 'p' ? "repo_name" : "repo";
            DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("r", source));
            Assert.Equal(1, fault.ExitCode);
            Assert.StartsWith(path, fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', fault.Message);
        }
    }

    [Fact]
    public async Task Crawl_parquetWithoutTheColumn_wrongUseNamingTheOption()
    {
        using var folder = new TemporaryFolder();
        string source = TestRows.WriteParquet(folder["rows.parquet"], TestRows.Make(1, 1));
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => new TestCrawl(folder["w"]).RunAsync("r", source));
        Assert.Equal(2, fault.ExitCode);
        Assert.Contains("repo_name, path, copies", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Crawl:RepositoryColumn", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crawl_largeRow_isAFaultWithItsSize()
    {
        using var folder = new TemporaryFolder();
        TestRow[] rows = [new("a/b", "x.py", new string('x', 1000)), new("a/b", "y.py", "small")];
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.MaxFileBytes = 1000;
        await crawl.RunAsync("r", TestRows.WriteJson(folder["rows.jsonl"], rows));
        Assert.Equal([(1000L, "size"), (5L, null)], crawl.Rows().Select(row => (row.Size, row.Fault)));
        crawl.Options.RepositoryColumn = "repo_name";
        await crawl.RunAsync("p", TestRows.WriteParquet(folder["rows.parquet"], rows));
        Assert.Equal([(1000L, "size"), (5L, null)], crawl.Rows().Select(row => (row.Size, row.Fault)));
    }

    [Fact]
    public async Task Crawl_severalFiles_joinOneRepository()
    {
        using var folder = new TemporaryFolder();
        TestRow[] rows = TestRows.Make(4, 6);
        Directory.CreateDirectory(folder["tables", "sub"]);
        TestRows.WriteParquet(folder["tables", "1.parquet"], rows[..10]);
        TestRows.WriteParquet(folder["tables", "sub", "2.parquet"], rows[10..]);
        TestRows.WriteParquet(folder["whole.parquet"], rows);
        var one = new TestCrawl(folder["one"]);
        var other = new TestCrawl(folder["other"]);
        one.Options.RepositoryColumn = other.Options.RepositoryColumn = "repo_name";
        await one.RunAsync("r", "parquet:" + folder["tables"]);
        await other.RunAsync("r", "parquet:" + folder["whole.parquet"]);
        Assert.Equal(other.RawHashes(), one.RawHashes());
    }
}
