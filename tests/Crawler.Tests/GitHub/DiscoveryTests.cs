using DataForge.Corpus;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Tests.GitHub;

public sealed class DiscoveryTests
{
    private const string Query = "language:python stars:>=10";

    [Fact]
    public async Task RunAsync_more_results_than_a_search_gives_finds_all_within_the_limits()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(6000, seed: 1);
        IReadOnlyList<DiscoveredRepository> found = await test.DiscoverAsync();
        Assert.Equal(Enumerable.Range(1, 6000).Select(id => (long)id), found.Select(repository => repository.Id));
        Assert.Equal(0, test.Server.Limits.Refusals);
        Assert.Equal(0, test.Server.Limits.CoreRequests);
        QueryStatus status = Assert.Single(CrawlStatus.Read(test.Ledger).Queries);
        Assert.Equal((6000, 6000, 0, 0), (status.Expected, status.Seen, status.Shortfall, status.LostInSplits));
        Assert.Equal("discovered", status.State);
        Assert.Empty(status.Lacking);
        AssertBudgetUsed(test.Server.Limits, 30);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1000)]
    public async Task RunAsync_results_of_one_search_takes_a_search_a_page(int count)
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(count, seed: 2);
        Assert.Equal(count, (await test.DiscoverAsync()).Count);
        Assert.Equal(Math.Max(1, (count + 99) / 100), test.Server.Requests.Count);
    }

    [Fact]
    public async Task RunAsync_a_second_that_cannot_be_split_names_it_and_its_shortfall()
    {
        using var test = new TestSession();
        const long Second = 1_500_000_001;
        test.Server.Repositories =
        [
            .. FakeRepository.Crowd(1200, seed: 3),
            .. Enumerable.Range(0, 1500).Select(i => new FakeRepository(5000 + i, Second, Second + 5, Second + 5, 11, 3)),
        ];
        IReadOnlyList<DiscoveredRepository> found = await test.DiscoverAsync();
        QueryStatus status = Assert.Single(CrawlStatus.Read(test.Ledger).Queries);
        WindowStatus window = Assert.Single(status.Lacking);
        int seen = found.Count(repository => repository.CreatedAt.ToUnixTimeSeconds() == Second);
        Assert.Equal(1200, found.Count - seen);
        Assert.True(seen >= 1000, $"only {seen} seen");
        Assert.Equal(
            "created:2017-07-14T02:40:01Z..2017-07-14T02:40:01Z pushed:2017-07-14T02:40:06Z..2017-07-14T02:40:06Z stars:11..11",
            window.Window);
        Assert.Equal((1500, seen, 1500 - seen, true), (window.Expected, window.Seen, window.Shortfall, window.IsUnsplittable));
        Assert.Equal(0, test.Server.Limits.Refusals);
        Assert.Contains("cannot be split further", CrawlStatus.Read(test.Ledger).ToText(), StringComparison.Ordinal);
        Assert.Contains("\"isUnsplittable\": true", CrawlStatus.Read(test.Ledger).ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_equal_seconds_are_split_by_push_and_stars()
    {
        using var test = new TestSession();
        const long Second = 1_500_000_001;
        test.Server.Repositories =
        [
            .. Enumerable.Range(0, 1500).Select(i => new FakeRepository(1 + i, Second, Second + (i % 2 == 0 ? i : -i), Second, 10, 0)),
            .. Enumerable.Range(0, 1500).Select(i => new FakeRepository(5000 + i, Second + 9, Second + 9, Second, 10 + (i % 3), 0)),
        ];
        IReadOnlyList<DiscoveredRepository> found = await test.DiscoverAsync();
        Assert.Equal(3000, found.Count);
        Assert.Empty(CrawlStatus.Read(test.Ledger).Queries[0].Lacking);
    }

    [Fact]
    public async Task RunAsync_an_order_that_changes_between_pages_still_finds_all()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(950, seed: 4);
        test.Server.Shuffle = (number, found) =>
        {
            // Every page leaves some of its neighbours' results out, and has others of them twice.
            var random = new Random(number);
            return number < 30 ? [.. found.Select((repository, i) => (repository, Key: i + random.Next(12))).OrderBy(pair => pair.Key).Select(pair => pair.repository)] : found;
        };
        Assert.Equal(950, (await test.DiscoverAsync()).Count);
        Assert.InRange(test.Server.Requests.Count, 11, 70);
    }

    [Fact]
    public async Task RunAsync_incomplete_answers_are_asked_for_again()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(150, seed: 5);
        test.Server.Incomplete = number => number is 1 or 2 ? 40 : -1;
        Assert.Equal(150, (await test.DiscoverAsync()).Count);
        Assert.Equal(4, test.Server.Requests.Count);
        Assert.Equal(0, CrawlStatus.Read(test.Ledger).Queries[0].IncompleteAnswers);
    }

    [Fact]
    public async Task RunAsync_answers_that_stay_incomplete_are_recorded_and_read_anew_in_the_next_round()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(150, seed: 5);
        test.Server.Incomplete = _ => 40;
        Assert.Equal(40, (await test.DiscoverAsync()).Count);
        QueryStatus status = CrawlStatus.Read(test.Ledger).Queries[0];
        Assert.True(status.IncompleteAnswers > 0);
        Assert.Single(status.Lacking);
        test.Server.Incomplete = null;
        test.Ledger.Close(Query);
        Assert.Equal(150, (await test.DiscoverAsync()).Count);
        Assert.Empty(CrawlStatus.Read(test.Ledger).Queries[0].Lacking);
    }

    [Fact]
    public async Task RunAsync_a_discovered_round_that_is_not_closed_costs_nothing()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(1500, seed: 6);
        IReadOnlyList<DiscoveredRepository> first = await test.DiscoverAsync();
        int requests = test.Server.Requests.Count;
        Assert.Equal(first, await test.DiscoverAsync());
        Assert.Equal(requests, test.Server.Requests.Count);
    }

    [Fact]
    public async Task RunAsync_next_round_of_an_unchanged_world_takes_a_search_a_window_and_no_quota()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(4000, seed: 7);
        IReadOnlyList<DiscoveredRepository> first = await test.DiscoverAsync();
        test.Ledger.Close(Query);
        int charged = test.Server.Limits.Searches.Count;
        int requests = test.Server.Requests.Count;
        IReadOnlyList<DiscoveredRepository> second = await test.DiscoverAsync();
        Assert.Equal(first, second);
        long windows = test.Ledger.Windows(Query).LongCount(window => window.State == WindowState.Done);
        Assert.Equal(windows, test.Server.Requests.Count - requests);
        Assert.Equal(0, test.Server.Limits.Refusals);
        Assert.Equal(0, test.Server.Limits.CoreRequests);
        Assert.True(charged > windows);
        Assert.All(test.Ledger.Windows(Query), window => Assert.Equal(window.State == WindowState.Split ? 1 : 2, window.Round));
    }

    [Fact]
    public async Task RunAsync_next_round_without_entity_tags_takes_a_search_a_window_too()
    {
        using var test = new TestSession();
        test.Server.SendsTags = false;
        test.Server.Repositories =
        [
            .. FakeRepository.Crowd(2500, seed: 12),
            .. Enumerable.Range(0, 1200).Select(i => new FakeRepository(5000 + i, 1_500_000_001, 1_500_000_001, 1_500_000_001, 11, 3)),
        ];
        IReadOnlyList<DiscoveredRepository> first = await test.DiscoverAsync();
        test.Ledger.Close(Query);
        int requests = test.Server.Requests.Count;
        Assert.Equal(first, await test.DiscoverAsync());
        Assert.Equal(
            test.Ledger.Windows(Query).LongCount(window => window.State == WindowState.Done), test.Server.Requests.Count - requests);
    }

    [Fact]
    public async Task RunAsync_next_round_reads_what_changed_appeared_and_went()
    {
        using var test = new TestSession();
        List<FakeRepository> crowd = FakeRepository.Crowd(4000, seed: 8);
        test.Server.Repositories = crowd;
        await test.DiscoverAsync();
        test.Ledger.Close(Query);
        int requests = test.Server.Requests.Count;
        const long Now = 1_710_000_000;
        crowd[17] = crowd[17] with { Stars = 4000, Updated = Now };
        crowd[1234] = crowd[1234] with { Pushed = Now, Updated = Now, Name = "moved/elsewhere" };
        crowd.RemoveAt(2000);
        crowd.Add(new FakeRepository(9999, Now, Now, Now, 50, 0));
        IReadOnlyList<DiscoveredRepository> found = await test.DiscoverAsync();
        Assert.Equal(crowd.Select(repository => repository.Id).Order(), found.Select(repository => repository.Id));
        Assert.Equal(4000, found.Single(repository => repository.Id == 18).Stars);
        Assert.Equal("moved/elsewhere", found.Single(repository => repository.Id == 1235).FullName);
        long windows = test.Ledger.Windows(Query).LongCount(window => window.State == WindowState.Done);
        // The window that one went from is read in full: up to ten pages, once more for certainty.
        Assert.InRange(test.Server.Requests.Count - requests, windows, windows + 20);
    }

    [Fact]
    public async Task RunAsync_stopped_at_any_window_goes_on_to_the_same_ledger()
    {
        using var whole = new TestSession();
        whole.Server.Repositories = FakeRepository.Crowd(3000, seed: 9);
        await whole.DiscoverAsync();

        using var test = new TestSession();
        test.Server.Repositories = whole.Server.Repositories;
        for (int stop = 1; test.Ledger.State(Query).Round == 0 || test.Ledger.OpenWindows(Query) > 0; stop++)
        {
            using var cancel = new CancellationTokenSource();
            using GitHubSession session = await test.OpenAsync();
            int recorded = 0;
            session.Discovery.OnRecorded = _ =>
            {
                if (Interlocked.Increment(ref recorded) == stop)
                {
                    cancel.Cancel();
                }
            };
            try
            {
                await session.Discovery.RunAsync(SearchQuery.Parse(Query), cancel.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.True(recorded >= stop);
            }
        }

        Assert.Equal(whole.Ledger.Windows(Query), test.Ledger.Windows(Query));
        Assert.Equal(whole.Ledger.Repositories(Query), test.Ledger.Repositories(Query));
        Assert.Equal(0, test.Server.Limits.Refusals);
    }

    [Fact]
    public async Task RunAsync_a_query_that_GitHub_refuses_says_so()
    {
        using var test = new TestSession();
        test.Server.Plant = (_, _, _) => Task.FromResult<HttpResponseMessage?>(FakeGitHub.Reply(422, """{"message":"Validation Failed","errors":[{"resource":"Search"},{"message":"stars is no number","field":"q"}]}"""));
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => test.DiscoverAsync("user:nobody"));
        Assert.Contains("Validation Failed: stars is no number", fault.Message, StringComparison.Ordinal);
        Assert.Equal(DataForgeException.WrongUse, fault.ExitCode);
        Assert.NotNull(test.Ledger.Take("user:nobody"));
    }

    /// <summary>In every minute but the last, at least 95 % of the searches allowed were made.</summary>
    internal static void AssertBudgetUsed(FakeLimits limits, int perMinute)
    {
        TimeSpan spent = limits.Searches[^1] - limits.Searches[0];
        int lastWindow = ((limits.Searches.Count - 1) % perMinute) + 1;
        double allowed = perMinute * (spent.TotalMinutes + 1) - (perMinute - lastWindow);
        Assert.True(
            limits.Searches.Count >= 0.95 * allowed,
            $"{limits.Searches.Count} searches in {spent.TotalMinutes:F2} minutes, where {allowed:F0} are allowed");
    }
}
