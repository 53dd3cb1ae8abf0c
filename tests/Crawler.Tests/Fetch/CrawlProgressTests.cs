using DataForge.Corpus.Events;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>What is shown of a crawl of a forge while it goes on.</summary>
public class CrawlProgressTests
{
    [Fact]
    public async Task Crawl_forge_countsWhatIsFoundThenWhatIsRead()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        for (int i = 0; i < 7; i++)
        {
            await forge.AddAsync($"r{i}", ("a.py", $"a = {i}\n"), ("b.py", $"b = {i}\n"));
        }

        await forge.StartAsync();
        TestCrawl crawl = await forge.Crawl(folder["w"]).RunAsync("r", TestForge.Source);
        Assert.Equal((7, 7), Last(crawl, "found"));
        Assert.Equal((7, 7), Last(crawl, "repositories"));
        Assert.Contains(crawl.Events.OfType<Note>(), note => note.Text.EndsWith(": 7 repositories found", StringComparison.Ordinal));

        // Once more, with nothing to fetch.
        await crawl.RunAsync("again", TestForge.Source);
        Assert.Equal((7, 7), Last(crawl, "found"));
        Assert.Equal((7, 7), Last(crawl, "repositories"));
    }

    private static (long Done, long Total) Last(TestCrawl crawl, string unit)
    {
        StageAdvanced last = crawl.Events.OfType<StageAdvanced>().Last(advanced => advanced.Unit == unit);
        return (last.Done, last.Total);
    }
}
