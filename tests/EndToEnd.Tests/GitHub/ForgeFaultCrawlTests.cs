using DataForge.Forge.Faults;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>A crawl in which some searches and transfers fail.</summary>
public sealed class ForgeFaultCrawlTests
{
    private static readonly PlantedFault[] Faults =
    [
        new(FaultKind.Status) { Status = 429, RetryAfter = "1" },
        new(FaultKind.Status) { Status = 503, RetryAfter = "1" },
        new(FaultKind.Status) { Status = 500 },
        new(FaultKind.Status) { Status = 502 },
        new(FaultKind.Reset),
        new(FaultKind.CutBody),
        new(FaultKind.SlowBody) { Pause = TimeSpan.FromMilliseconds(30) },
    ];

    [Fact]
    public async Task Crawl_faultsOfApiAndGit_sameRawBytes()
    {
        await using ForgeWorld world = await ForgeWorld.StartAsync(new GeneratorOptions { Count = 50 }, 15);
        await world.CrawlAllAsync("clean");

        world.Forge.Faults.PlantShare(11, 0.15, "/", Faults);
        world.Forge.Log.Clear();
        await world.CrawlAllAsync("faulty");

        string[] met =
            [.. world.Forge.Log.All.Where(record => record.Fault is not null).Select(record => $"{record.Resource} {record.Fault}")];
        Assert.Contains(met, fault => fault.StartsWith("git ", StringComparison.Ordinal));
        IReadOnlyList<string> differences = FolderHash.Differences(world.RawHashes("clean"), world.RawHashes("faulty"));
        Assert.True(differences.Count == 0, $"{string.Join(", ", differences)} after {string.Join(", ", met)}");
    }
}
