using System.Net.Http.Headers;
using System.Reflection;
using DataForge.Corpus;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.GitHub.Handlers;
using HttpClientAdapter = Octokit.Internal.HttpClientAdapter;
using Request = Octokit.Internal.Request;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>What Octokit does not bear, and what the handlers beneath it make of that.</summary>
public sealed class OctokitGuardTests
{
    private const string Whole = """{"id":7,"full_name":"a/b","clone_url":"https://github.test/a/b.git","created_at":"2020-01-02T03:04:05Z"}""";

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"id":"seven"}""")]
    public async Task GetRepositoryAsync_a_body_that_is_no_repository_is_a_fault(string body)
    {
        using TestSession test = Planted(200, body);
        using GitHubSession session = await test.OpenAsync();
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => session.Client.GetRepositoryAsync("a/b"));
        Assert.Contains("not the expected JSON", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, test.Server.Requests.Count);
    }

    [Fact]
    public async Task ListCommitsAsync_an_object_for_a_list_is_a_fault()
    {
        using TestSession test = Planted(200, Whole);
        using GitHubSession session = await test.OpenAsync();
        await Assert.ThrowsAsync<DataForgeException>(() => session.Client.ListCommitsAsync("a/b"));
    }

    [Fact]
    public async Task GetRepositoryAsync_an_object_without_fields_is_a_value()
    {
        using TestSession test = Planted(200, "{}");
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<Repository> answer = await session.Client.GetRepositoryAsync("a/b");
        Assert.Equal(ApiOutcome.Ok, answer.Outcome);
        Assert.Null(DiscoveredRepository.Of(answer.Value!));
    }

    [Fact]
    public async Task GetRepositoryAsync_unchanged_since_never_is_a_named_outcome()
    {
        using TestSession test = Planted(304, "");
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<Repository> answer = await session.Client.GetRepositoryAsync("a/b");
        Assert.Equal((ApiOutcome.NotModified, null), (answer.Outcome, answer.Value));
    }

    [Fact]
    public async Task SearchRepositoriesAsync_strange_rows_leave_the_others_readable()
    {
        using TestSession test = Planted(200, $$"""
            {"total_count":5000000000,"incomplete_results":false,"items":[{{Whole}},
            {"id":8,"full_name":"a/c","clone_url":"https://github.test/a/c.git","created_at":null,"pushed_at":null,"owner":null},
            {"id":9,"full_name":"a/d","clone_url":"https://github.test/a/d.git","created_at":"2020-01-02T03:04:05Z","visibility":"secret",
             "stargazers_count":3000000000,"forks_count":4000000000,"size":5000000000,"disabled":true,"topics":null,"permissions":"none"}]}
            """);
        using GitHubSession session = await test.OpenAsync();
        SearchPage page = (await session.Client.SearchRepositoriesAsync("x", SearchOrder.BestMatch)).Value!;
        Assert.Equal(5_000_000_000, page.TotalCount);
        DiscoveredRepository?[] found = [.. page.Items.Select(DiscoveredRepository.Of)];
        Assert.Equal([7, null, 9], found.Select(repository => repository?.Id));
        DiscoveredRepository last = found[2]!;
        Assert.Equal((3_000_000_000, 4_000_000_000, 5_000_000_000, true), (last.Stars, last.Forks, last.SizeKilobytes, last.IsDisabled));
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("application/octet-stream")]
    [InlineData("text/html")]
    [InlineData(null)]
    public async Task GetRepositoryAsync_any_media_type_is_read(string? type)
    {
        using TestSession test = Planted(200, Whole, type: type);
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(7, (await session.Client.GetRepositoryAsync("a/b")).Value!.Id);
    }

    [Theory]
    [InlineData("""<https://api.github.test/x?q=a,b&page=2>; rel="next", <https://api.github.test/x?page=9>; rel="last" """, "x?q=a%2Cb&page=2")]
    [InlineData("""<https://api.github.test/x?page=2>; rel="next", <https://api.github.test/x?page=3>; rel="next" """, "x?page=2")]
    [InlineData("""</x?page=2>; rel="next" """, "x?page=2")]
    [InlineData("""<https://[>; rel="next" """, null)]
    public async Task SearchRepositoriesAsync_any_links_are_read(string links, string? next)
    {
        using TestSession test = Planted(200, """{"total_count":1,"items":[]}""", links);
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<SearchPage> answer = await session.Client.SearchRepositoriesAsync("x", SearchOrder.BestMatch);
        Assert.Equal(next is null ? null : FakeGitHub.Host + next, answer.Next);
    }

    [Fact]
    public async Task NextSearchPageAsync_a_page_of_another_host_is_not_sent_for()
    {
        using var test = new TestSession();
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<SearchPage> answer = await session.Client.NextSearchPageAsync("https://evil.test/x?page=2", default);
        Assert.Equal((ApiOutcome.MovedAway, "moved to evil.test"), (answer.Outcome, answer.Message));
        Assert.Empty(test.Server.Requests);
    }

    [Theory]
    [InlineData("""{"message":"Validation Failed","errors":["the first","the second"]}""", "Validation Failed")]
    [InlineData("""{"message":"Validation Failed","errors":{"name":"wrong"}}""", "Validation Failed")]
    [InlineData("<html>we are having trouble</html>", "")]
    [InlineData("", "")]
    public async Task GetRepositoryAsync_any_error_body_gives_a_short_message(string body, string message)
    {
        using TestSession test = Planted(422, body);
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<Repository> answer = await session.Client.GetRepositoryAsync("a/b");
        Assert.Equal((ApiOutcome.Unprocessable, message), (answer.Outcome, answer.Message));
    }

    [Fact]
    public void OctokitHttpClient_has_no_timeout_that_counts_the_wait_for_a_permit()
    {
        using var handler = new HttpClientHandler();
        using var client = new OctokitHttpClient(handler);
        FieldInfo field = typeof(HttpClientAdapter).GetField("_http", BindingFlags.NonPublic | BindingFlags.Instance)!;
        Assert.Equal(Timeout.InfiniteTimeSpan, ((HttpClient)field.GetValue(client)!).Timeout);
        var request = new OctokitRequest(new Request(), new ApiCall(null, Json.Default.User), "x");
        Assert.Equal(TimeSpan.Zero, request.Timeout);
    }

    private static TestSession Planted(int status, string body, string? links = null, string? type = "application/json")
    {
        var test = new TestSession();
        test.Options = test.Options with { Retries = 1 };
        test.Server.Plant = (_, _, _) =>
        {
            HttpResponseMessage reply = links is null ? FakeGitHub.Reply(status, body) : FakeGitHub.Reply(status, body, ("Link", links));
            reply.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
            return Task.FromResult<HttpResponseMessage?>(reply);
        };
        return test;
    }
}
