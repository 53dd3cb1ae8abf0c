using DataForge.Corpus;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Rows;

public sealed class CutOffInputTests
{
    [Theory]
    [InlineData("D1-cut-in-a-line.jsonl.gz")]
    [InlineData("D1-cut-off.jsonl.gz")]
    [InlineData("D1-no-trailer.jsonl.gz")]
    [InlineData("D1-second-member-cut.jsonl.gz")]
    public async Task Crawl_gzipThatIsCutOff_isRefused(string name)
    {
        Assert.SkipWhen(SharedFiles.Find("cases", "reports", name) is null, "the reference file is absent");
        await Refused(SharedFiles.Find("cases", "reports", name)!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(-1)]
    [InlineData(-8)]
    [InlineData(-20)]
    public async Task Crawl_gzipCutAtTheEdges_isRefused(int at)
    {
        using var folder = new TemporaryFolder();
        string file = folder["rows.jsonl.gz"];
        TestRows.WriteGzip(file, TestRows.Make(2, 3));
        byte[] packed = File.ReadAllBytes(file);
        File.WriteAllBytes(file, at < 0 ? packed[..^-at] : packed[..at]);
        await Refused(file);
    }

    private static async Task Refused(string file)
    {
        using var folder = new TemporaryFolder();
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(
            () => new TestCrawl(folder["w"]).RunAsync("r", "jsonl:" + file));
        Assert.StartsWith(file + " is not a complete gzip file", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }
}
