using DataForge.Crawler.GitHub;
using DataForge.Forge.Faults;
using DataForge.Forge.Repositories;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>A discovery that meets every fault a server can have.</summary>
[Collection(SimulatedTime.Name)]
public sealed class ForgeFaultTests
{
    private static readonly PlantedFault[] Faults =
    [
        new(FaultKind.Status) { Status = 403, RetryAfter = "30" },
        new(FaultKind.Status) { Status = 403 },
        new(FaultKind.Status) { Status = 403, ClaimsExhausted = true },
        new(FaultKind.Status) { Status = 429, RetryAfter = "5" },
        new(FaultKind.Status) { Status = 429 },
        new(FaultKind.Status) { Status = 500 },
        new(FaultKind.Status) { Status = 502 },
        new(FaultKind.Status) { Status = 503, RetryAfter = "3" },
        new(FaultKind.Reset),
        new(FaultKind.Hang),
        new(FaultKind.CutBody),
        new(FaultKind.SlowBody) { Pause = TimeSpan.FromMilliseconds(500) },
        new(FaultKind.NotJson),
    ];

    [Fact]
    public async Task Run_each_fault_in_turn_is_survived()
    {
        await using ForgeSession test = await ForgeSession.OpenAsync(
            new GeneratorOptions { Count = 1800 },
            ["alice-1"],
            prepare: forge => forge.Faults.Plant(Faults.Select((fault, i) => fault with { Target = "/search/", Skip = i })));

        await FindsAllAsync(test);

        Assert.Equal(Faults.Length, test.Forge.Faults.Struck);
    }

    [Fact]
    public async Task Run_every_sixth_request_at_fault_is_survived()
    {
        await using ForgeSession test = await ForgeSession.OpenAsync(
            new GeneratorOptions { Count = 2500 }, ["alice-1", "bob-1"], prepare: forge => forge.Faults.PlantShare(7, 0.16, "/", Faults));

        await FindsAllAsync(test);

        Assert.True(test.Forge.Faults.Struck >= 5);
    }

    private static async Task FindsAllAsync(ForgeSession test)
    {
        IReadOnlyList<DiscoveredRepository> found = await test.DiscoverAsync();
        await test.Forge.WaitForRequestsAsync();
        Assert.Equal(test.Forge.Repositories.All.Select(one => one.Id), found.Select(one => one.Id));
        Assert.Equal(0, Assert.Single(CrawlStatus.Read(test.Ledger).Queries).Shortfall);
        Assert.Empty(test.Forge.Log.Refused);
    }
}
