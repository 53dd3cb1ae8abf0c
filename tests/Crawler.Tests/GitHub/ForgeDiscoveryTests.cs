using DataForge.Crawler.GitHub;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>Discovery against the test forge under GitHub's limits: what is found, what the ledger says, how the budget is used.</summary>
[Collection(SimulatedTime.Name)]
public sealed class ForgeDiscoveryTests
{
    private const int Shared = 1500;
    private static readonly GeneratorOptions Generated = new() { Count = ForgeSession.Count, SharedSecond = Shared };

    [Fact]
    public async Task Run_within_limits_finds_all_that_can_be_reached_and_names_what_cannot()
    {
        await using ForgeSession test = await ForgeSession.OpenAsync(Generated, ["alice-1", "alice-2"]);

        IReadOnlyList<DiscoveredRepository> found = await test.DiscoverAsync();

        // All but those of the one second beyond the thousand that a search gives.
        long[] alone = [.. test.Forge.Repositories.All.Where(one => one.CreatedAt != Generated.SharedTime).Select(one => one.Id)];
        HashSet<long> ids = [.. found.Select(one => one.Id)];
        Assert.Equal(found.Count, ids.Count);
        Assert.All(alone, id => Assert.Contains(id, ids));
        Assert.Equal(Generated.Count - Shared + 1000, found.Count);

        QueryStatus status = Assert.Single(CrawlStatus.Read(test.Ledger).Queries);
        WindowStatus lacking = Assert.Single(status.Lacking);
        Assert.True(lacking.IsUnsplittable);
        Assert.Equal((Shared, 1000, Shared - 1000), (lacking.Expected, lacking.Seen, lacking.Shortfall));
        Assert.Contains("created:2021-03-04T05:06:07Z..2021-03-04T05:06:07Z", lacking.Window, StringComparison.Ordinal);
        Assert.Equal((Shared - 1000, 0, 0), (status.Shortfall, status.LostInSplits, status.OpenWindows));
        Assert.Equal((Generated.Count, found.Count), (status.Expected, status.Seen));

        await test.Forge.WaitForRequestsAsync();
        Assert.Empty(test.Forge.Log.Refused);
        LimitSizes limits = LimitSizes.GitHub;
        int searches = test.Forge.Log.All.Count(record => record.Resource == "search");
        double share = test.Forge.Log.UsedShare("alice", "search", limits.Search, limits.SearchWindow);
        TestContext.Current.SendDiagnosticMessage(
            $"{found.Count} of {Generated.Count} repositories, {searches} searches, {share:P1} of the budget used");
        Assert.True(searches > 4 * limits.Search, $"{searches} searches are too few to judge");
        Assert.True(share >= 0.95, $"{share:P1} of the budget used");
    }

    [Fact]
    public async Task Run_again_unchanged_asks_no_more_than_once_a_window_and_no_core_budget()
    {
        await using ForgeSession test = await ForgeSession.OpenAsync(new GeneratorOptions { Count = 1800 }, ["alice-1"]);
        IReadOnlyList<DiscoveredRepository> first = await test.DiscoverAsync();
        string key = SearchQuery.Parse(ForgeSession.Query).Key;
        test.Ledger.Close(key);
        int windows = test.Ledger.Windows(key).Count(window => window.State != WindowState.Split);
        await test.Forge.WaitForRequestsAsync();
        test.Forge.Log.Clear();

        IReadOnlyList<DiscoveredRepository> second = await test.DiscoverAsync();

        await test.Forge.WaitForRequestsAsync();
        Assert.Equal(first, second);
        Assert.DoesNotContain(test.Forge.Log.All, record => record.Resource == "core");
        Assert.True(test.Forge.Log.All.Count <= windows, $"{windows} windows: {string.Join('\n', test.Forge.Log.All)}");
    }

    [Fact]
    public async Task Run_two_users_use_both_budgets()
    {
        await using ForgeSession test = await ForgeSession.OpenAsync(Generated with { Count = 3000 }, ["alice-1", "alice-2", "bob-1"]);

        await test.DiscoverAsync();

        await test.Forge.WaitForRequestsAsync();
        Assert.Empty(test.Forge.Log.Refused);
        Assert.Equal(2, test.Session.Users);
        foreach (string user in (string[])["alice", "bob"])
        {
            double share = test.Forge.Log.UsedShare(user, "search", LimitSizes.GitHub.Search, LimitSizes.GitHub.SearchWindow);
            Assert.True(share >= 0.95, $"{user}: {share:P1} of the budget used");
        }
    }

    [Fact]
    public async Task Run_unstable_order_and_incomplete_answers_still_finds_all()
    {
        await using ForgeSession test = await ForgeSession.OpenAsync(
            new GeneratorOptions { Count = 2500 },
            ["alice-1"],
            prepare: forge =>
            {
                forge.Search.IsUnstable = true;
                forge.Search.PlantIncomplete(12);
            });

        IReadOnlyList<DiscoveredRepository> found = await test.DiscoverAsync();

        await test.Forge.WaitForRequestsAsync();
        Assert.Equal(test.Forge.Repositories.All.Select(one => one.Id), found.Select(one => one.Id));
        Assert.Equal(12, test.Forge.Search.IncompleteAnswers);
        Assert.Empty(test.Forge.Log.Refused);
        Assert.Equal(0, Assert.Single(CrawlStatus.Read(test.Ledger).Queries).Shortfall);
    }
}
