using DataForge.Corpus;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Tests.GitHub;

public sealed class FaultTests
{
    private const string Limited = """{"message":"You have exceeded a secondary rate limit."}""";

    // Each name plants a fault at every fifth request.
    [Theory]
    [InlineData("403 retry-after")]
    [InlineData("403 reset")]
    [InlineData("403 past reset")]
    [InlineData("403 reset in a century")]
    [InlineData("403 bare")]
    [InlineData("429 retry-after")]
    [InlineData("429 date")]
    [InlineData("429 bare")]
    [InlineData("500")]
    [InlineData("502")]
    [InlineData("503 retry-after")]
    [InlineData("reset")]
    [InlineData("hang")]
    [InlineData("hanging body")]
    [InlineData("cut body")]
    [InlineData("cut json")]
    [InlineData("html")]
    public async Task RunAsync_a_fault_at_every_fifth_request_is_survived(string kind)
    {
        using var test = new TestSession();
        test.Options = test.Options with { Timeout = TimeSpan.FromSeconds(30) };
        test.Server.Repositories = FakeRepository.Crowd(1300, seed: 11);
        test.Server.Plant = (number, _, cancellation) => number % 5 == 2
            ? PlantAsync(kind, test.Time, cancellation)
            : Task.FromResult<HttpResponseMessage?>(null);
        DateTimeOffset start = test.Time.GetUtcNow();
        Assert.Equal(1300, (await test.DiscoverAsync()).Count);
        Assert.Equal(0, test.Server.Limits.Refusals);
        Assert.Equal(0, CrawlStatus.Read(test.Ledger).Queries[0].Shortfall);
        Assert.InRange((test.Time.GetUtcNow() - start).TotalHours, 0, 2);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("hang")]
    public async Task GetAsync_a_server_that_never_recovers_ends_in_a_message(string kind)
    {
        using var test = new TestSession();
        test.Options = test.Options with { Timeout = TimeSpan.FromSeconds(30) };
        test.Server.Plant = (_, _, cancellation) => PlantAsync(kind, test.Time, cancellation);
        using GitHubSession session = await test.OpenAsync();
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => session.Client.GetRepositoryAsync("a/b"));
        Assert.Contains("api.github.test", fault.Message, StringComparison.Ordinal);
        Assert.InRange(test.Server.Requests.Count, 5, test.Options.Retries + 1);
    }

    [Fact]
    public async Task GetAsync_a_server_in_trouble_is_left_alone_for_a_while()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(20, seed: 1);
        DateTimeOffset start = test.Time.GetUtcNow();
        int during = 0;
        test.Server.Plant = (_, _, _) =>
        {
            bool isDown = test.Time.GetUtcNow() < start + TimeSpan.FromMinutes(3);
            during += isDown ? 1 : 0;
            return Task.FromResult(isDown ? FakeGitHub.Reply(503) : null);
        };
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<Repository>[] answers = await Task.WhenAll(
            test.Server.Repositories.Select(one => session.Client.GetRepositoryAsync(one.Name)));
        Assert.All(answers, answer => Assert.Equal(ApiOutcome.Ok, answer.Outcome));
        Assert.InRange(during, 10, 60); // Twenty requests, each tried again and again, would be 140.
    }

    [Theory]
    [InlineData("403 retry-after")]
    [InlineData("403 reset")]
    [InlineData("403 past reset")]
    [InlineData("429 bare")]
    [InlineData("500")]
    [InlineData("reset")]
    [InlineData("html")]
    public async Task GetAsync_a_fault_of_the_very_first_request_is_waited_out(string kind)
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(1, seed: 1);
        test.Server.PlantOverview = number => number <= 2
            ? PlantAsync(kind, test.Time, default)
            : Task.FromResult<HttpResponseMessage?>(null);
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(ApiOutcome.Ok, (await session.Client.GetRepositoryAsync(test.Server.Repositories[0].Name)).Outcome);
        Assert.Equal(3, test.Server.Overviews);
    }

    [Fact]
    public async Task GetAsync_refusals_without_a_time_wait_a_minute_then_twice_as_long()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(1, seed: 1);
        List<DateTimeOffset> times = [];
        test.Server.Plant = (number, _, _) =>
        {
            times.Add(test.Time.GetUtcNow());
            return Task.FromResult(number <= 3 ? FakeGitHub.Reply(403, Limited) : null);
        };
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(ApiOutcome.Ok, (await session.Client.GetRepositoryAsync(test.Server.Repositories[0].Name)).Outcome);
        Assert.Equal([60, 120, 240], times.Zip(times.Skip(1), (left, right) => Math.Round((right - left).TotalSeconds)));
    }

    [Fact]
    public async Task GetAsync_a_refusal_with_a_time_waits_that_long()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(1, seed: 1);
        List<DateTimeOffset> times = [];
        test.Server.Plant = (number, _, _) =>
        {
            times.Add(test.Time.GetUtcNow());
            return Task.FromResult(number == 1 ? FakeGitHub.Reply(429, Limited, ("retry-after", "1234")) : null);
        };
        using GitHubSession session = await test.OpenAsync();
        await session.Client.GetRepositoryAsync(test.Server.Repositories[0].Name);
        Assert.Equal(1234, Math.Round((times[1] - times[0]).TotalSeconds));
    }

    [Fact]
    public async Task GetAsync_an_answer_without_end_is_refused()
    {
        using var test = new TestSession();
        test.Options = test.Options with { MaxBodyBytes = 100_000 };
        test.Server.Plant = (_, _, _) => Task.FromResult<HttpResponseMessage?>(FakeGitHub.Reply(200, new string(' ', 200_000)));
        using GitHubSession session = await test.OpenAsync();
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => session.Client.GetRepositoryAsync("a/b"));
        Assert.Contains("100000 bytes", fault.Message, StringComparison.Ordinal);
        Assert.Single(test.Server.Requests);
    }

    [Fact]
    public async Task GetAsync_cancelled_while_it_waits_ends_at_once()
    {
        using var test = new TestSession();
        using var cancel = new CancellationTokenSource();
        test.Server.Plant = (_, _, _) =>
        {
            cancel.CancelAfter(1);
            return Task.FromResult<HttpResponseMessage?>(FakeGitHub.Reply(429, Limited, ("retry-after", "86400")));
        };
        using GitHubSession session = await test.OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.Client.GetRepositoryAsync("a/b", cancel.Token));
    }

    private static async Task<HttpResponseMessage?> PlantAsync(string kind, TestTime time, CancellationToken cancellation)
    {
        switch (kind)
        {
            case "403 retry-after":
                return FakeGitHub.Reply(403, Limited, ("retry-after", "7"));
            case "403 reset":
                return FakeGitHub.Reply(
                    403, "{}", ("x-ratelimit-limit", "30"), ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", $"{time.GetUtcNow().ToUnixTimeSeconds() + 90}"), ("x-ratelimit-resource", "search"));
            case "403 past reset" or "403 reset in a century":
                DateTimeOffset wrong = time.GetUtcNow().AddYears(kind.EndsWith("century", StringComparison.Ordinal) ? 100 : -1);
                return FakeGitHub.Reply(
                    403, "{}", ("x-ratelimit-limit", "30"), ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", $"{wrong.ToUnixTimeSeconds()}"), ("x-ratelimit-resource", "search"));
            case "403 bare":
                return FakeGitHub.Reply(403);
            case "429 retry-after":
                return FakeGitHub.Reply(429, Limited, ("retry-after", "7"));
            case "429 date":
                return FakeGitHub.Reply(429, "", ("retry-after", time.GetUtcNow().AddSeconds(30).ToString("R")));
            case "429 bare":
                return FakeGitHub.Reply(429, "<html>");
            case "500" or "502":
                return FakeGitHub.Reply(int.Parse(kind), "oops");
            case "503 retry-after":
                return FakeGitHub.Reply(503, "", ("retry-after", "20"));
            case "reset":
                throw new HttpRequestException("Connection reset by peer");
            case "hang":
                time.End();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                }
                finally
                {
                    time.Begin();
                }

                return null;
            case "hanging body":
                return new HttpResponseMessage { Content = new StreamContent(new BadStream(time, hangs: true)) };
            case "cut body":
                return new HttpResponseMessage { Content = new StreamContent(new BadStream(time, hangs: false)) };
            case "cut json":
                return FakeGitHub.Reply(200, """{"total_count": 12, "items": [{"id":""");
            default:
                return FakeGitHub.Reply(200, "<html>we are having trouble</html>");
        }
    }

    // Gives a byte, then nothing for ever, or breaks.
    private sealed class BadStream(TestTime time, bool hangs) : MemoryStream
    {
        private bool _hasBegun;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default)
        {
            if (!_hasBegun)
            {
                _hasBegun = true;
                buffer.Span[0] = (byte)'{';
                return 1;
            }

            if (!hangs)
            {
                throw new IOException("The response ended prematurely");
            }

            time.End();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                return 0;
            }
            finally
            {
                time.Begin();
            }
        }
    }
}
