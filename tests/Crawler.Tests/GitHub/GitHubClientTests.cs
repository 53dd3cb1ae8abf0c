using DataForge.Corpus;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Tests.GitHub;

public sealed class GitHubClientTests
{
    [Theory]
    [InlineData(404, ApiOutcome.NotFound)]
    [InlineData(409, ApiOutcome.Empty)]
    [InlineData(410, ApiOutcome.Gone)]
    [InlineData(422, ApiOutcome.Unprocessable)]
    [InlineData(451, ApiOutcome.Blocked)]
    [InlineData(403, ApiOutcome.Forbidden)]
    public async Task GetRepositoryAsync_what_is_not_there_is_a_named_outcome(int status, ApiOutcome outcome)
    {
        using var test = new TestSession();
        test.Server.Plant = (_, _, _) => Task.FromResult<HttpResponseMessage?>(FakeGitHub.Reply(status, """{"message":"so\nit is"}"""));
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<Repository> answer = await session.Client.GetRepositoryAsync("a/b");
        Assert.Equal((outcome, null, "so it is"), (answer.Outcome, answer.Value, answer.Message));
        Assert.Single(test.Server.Requests);
    }

    [Fact]
    public async Task GetRepositoryAsync_again_unchanged_costs_no_quota_and_says_the_same()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(1, seed: 1);
        string name = test.Server.Repositories[0].Name;
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<Repository> first = await session.Client.GetRepositoryAsync(name);
        Assert.Equal(1, test.Server.Limits.CoreRequests);
        ApiResponse<Repository> second = await session.Client.GetRepositoryAsync(name);
        Assert.Equal(1, test.Server.Limits.CoreRequests);
        Assert.True(second.IsUnchanged);
        Assert.Equal(first.Value, second.Value);
        Assert.Equal(DiscoveredRepository.Of(first.Value!), DiscoveredRepository.Of(second.Value!));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task GetRepositoryAsync_renamed_is_followed_on_the_host(int status)
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(1, seed: 1);
        string name = test.Server.Repositories[0].Name;
        test.Server.Plant = (number, _, _) => Task.FromResult(
            number == 1 ? FakeGitHub.Reply(status, "{}", ("Location", $"{FakeGitHub.Host}repos/{name}")) : null);
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(name, (await session.Client.GetRepositoryAsync("old/name")).Value?.FullName);
        Assert.All(test.Server.Authorizations, token => Assert.Equal("secret-token-1", token));
    }

    [Theory]
    [InlineData("https://evil.test/repos/a/b")]
    [InlineData("http://api.github.test/repos/a/b")]
    [InlineData("https://api.github.test:444/repos/a/b")]
    [InlineData("//evil.test/repos/a/b")]
    public async Task GetRepositoryAsync_moved_to_another_host_sends_nothing_there(string location)
    {
        using var test = new TestSession();
        test.Server.Plant = (_, _, _) => Task.FromResult<HttpResponseMessage?>(FakeGitHub.Reply(301, "{}", ("Location", location)));
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(ApiOutcome.MovedAway, (await session.Client.GetRepositoryAsync("a/b")).Outcome);
        Assert.Single(test.Server.Requests);
    }

    [Fact]
    public async Task GetRepositoryAsync_moved_in_circles_ends()
    {
        using var test = new TestSession();
        test.Server.Plant = (_, _, _) => Task.FromResult<HttpResponseMessage?>(FakeGitHub.Reply(301, "{}", ("Location", "/repos/a/b")));
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(ApiOutcome.MovedAway, (await session.Client.GetRepositoryAsync("a/b")).Outcome);
        Assert.InRange(test.Server.Requests.Count, 2, 10);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a/../../user")]
    [InlineData("a/b/c")]
    [InlineData("../a")]
    [InlineData("a/b?x")]
    [InlineData("a/ä")]
    [InlineData("/")]
    public async Task GetRepositoryAsync_a_name_that_is_none_is_not_sent(string name)
    {
        using var test = new TestSession();
        using GitHubSession session = await test.OpenAsync();
        await Assert.ThrowsAsync<DataForgeException>(() => session.Client.GetRepositoryAsync(name));
        Assert.Empty(test.Server.Requests);
    }

    [Fact]
    public async Task Requests_carry_the_headers_GitHub_asks_for_and_no_token_afterwards()
    {
        using var test = new TestSession { Options = new GitHubClientOptions { BaseAddress = new Uri("https://api.github.test/api/v3/") } };
        using GitHubSession session = await test.OpenAsync();
        await session.Client.GetCommitAsync("a/b", "feature/x y");
        HttpRequestMessage request = test.Server.Last!;
        Assert.Equal("/api/v3/repos/a/b/commits/feature%2Fx%20y?per_page=1", test.Server.Requests[0]);
        Assert.Equal("application/vnd.github+json, application/json; q=0.9", request.Headers.Accept.ToString());
        Assert.Equal("2022-11-28", request.Headers.GetValues("X-GitHub-Api-Version").Single());
        Assert.StartsWith("DataForge/", request.Headers.UserAgent.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", request.ToString(), StringComparison.Ordinal);
        Assert.Equal("secret-token-1", test.Server.Authorizations[0]);
    }

    [Theory]
    [InlineData("""<https://a/x?page=2>; rel="next", <https://a/x?page=5>; rel="last" """, "https://a/x?page=2")]
    [InlineData("""<https://a/x?page=1>; rel="prev", <https://a/x?q=a,b;c&page=3>; rel="next" """, "https://a/x?q=a,b;c&page=3")]
    [InlineData("<https://a/n>; title=\"x\"; rel=next", "https://a/n")]
    [InlineData("""<https://a/x?page=1>; rel="prev" """, null)]
    [InlineData("<https://a/x", null)]
    [InlineData("", null)]
    public void Next_link_header_gives_the_next_page(string header, string? next) => Assert.Equal(next, LinkHeader.Next([header]));
}
