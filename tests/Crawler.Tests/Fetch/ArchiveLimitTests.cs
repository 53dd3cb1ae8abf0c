using DataForge.Corpus.Events;
using DataForge.Forge;
using DataForge.Forge.Faults;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>Archives are asked for at the REST interface, where each costs a request of the core budget.</summary>
public class ArchiveLimitTests
{
    private const int Core = 10;

    [Fact]
    public async Task Crawl_archives_keepToTheCoreBudgetWithoutARefusal()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        const int count = 25;
        for (int i = 0; i < count; i++)
        {
            await forge.AddAsync($"r{i}", ("a.py", $"a = {i}\n"));
        }

        await forge.StartAsync(new ForgeOptions { Limits = new LimitSizes { AnonymousCore = Core, AnonymousSearch = 1000, CoreWindow = TimeSpan.FromSeconds(4) } });
        TestCrawl crawl = Crawl(forge, folder["w"]);

        // Waiting for the budget is not the repository's time.
        crawl.Options.FetchTimeoutSeconds = 3;
        await crawl.RunAsync("r", TestForge.Source);
        Assert.Equal(count, crawl.Rows().Count(row => row.Fault is null));
        Assert.Empty(forge.Server.Log.Refused);
        Assert.Equal(count, Charged(forge));
    }

    [Fact]
    public async Task Crawl_archivesRefusedForALimit_areWaitedForAndHad()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        for (int i = 0; i < 6; i++)
        {
            await forge.AddAsync($"r{i}", ("a.py", $"a = {i}\n"));
        }

        await forge.StartAsync();
        forge.Server.Faults.Plant(
            new PlantedFault(FaultKind.Status) { Target = "/repos/owner/r2/tarball", Status = 403, RetryAfter = "1" },
            new PlantedFault(FaultKind.Status) { Target = "/repos/owner/r3/tarball", Status = 429, RetryAfter = "1" },
            new PlantedFault(FaultKind.Status) { Target = "/repos/owner/r4/tarball", Status = 502 },
            new PlantedFault(FaultKind.Reset) { Target = "/repos/owner/r5/tarball" });
        TestCrawl crawl = await Crawl(forge, folder["w"]).RunAsync("r", TestForge.Source);
        Assert.Equal(6, crawl.Rows().Count(row => row.Fault is null));
        Assert.Equal(4, forge.Server.Faults.Struck);
    }

    [Fact]
    public async Task Crawl_archivesOfAPinnedList_renamedSinceAndCharged()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        ForgeRepository one = await forge.AddAsync("one", ("a.py", "a = 1\n"));
        await forge.AddAsync("two", ("a.py", "a = 2\n"));
        await forge.StartAsync();
        TestCrawl first = await Crawl(forge, folder["w"]).RunAsync("r", TestForge.Source);

        forge.Repositories.Rename(one, new ForgeOwner(2, "other"), "renamed");
        forge.Server.Log.Clear();
        TestCrawl again = await Crawl(forge, folder["w2"]).RunAsync("r", "pinned:" + Path.Combine(first.Run.Folder, "1-commits.jsonl"));
        Assert.Equal(first.RawHashes(), again.RawHashes());

        // The old name's, its new place's, and the other one's.
        Assert.Equal(3, Charged(forge));
        Assert.DoesNotContain(again.Events, happened => happened is FileFault);
    }

    private static TestCrawl Crawl(TestForge forge, string workspace)
    {
        TestCrawl crawl = forge.Crawl(workspace);
        crawl.Options.FetchTransport = "archive";
        return crawl;
    }

    private static int Charged(TestForge forge) => forge.Server.Log.All.Count(record => record.Resource == "core" && record.IsCharged);
}
