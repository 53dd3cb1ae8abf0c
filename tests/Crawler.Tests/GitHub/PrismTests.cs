using System.Net;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>Every request the client can make, and every answer it reads, by GitHub's own description of its API.</summary>
public sealed class PrismTests(PrismTests.Server server) : IClassFixture<PrismTests.Server>
{
    [Fact]
    public async Task Client_all_its_requests_are_valid_and_their_answers_read()
    {
        Assert.SkipWhen(PrismServer.Lack is not null, PrismServer.Lack ?? "");
        PrismServer prism = server.Prism!;
        using var handler = new Watch();
        using GitHubSession session = await OpenAsync(prism, handler);
        GitHubClient client = session.Client;

        await AssertValidationWorksAsync(prism);
        foreach (SearchOrder order in Enum.GetValues<SearchOrder>())
        {
            ApiResponse<SearchPage> page = await client.SearchRepositoriesAsync(
                "language:python stars:>=10 created:2015-01-01T00:00:00Z..2015-01-02T00:00:00Z", order);
            Assert.Equal(ApiOutcome.Ok, page.Outcome);
            Assert.Equal(40, page.Value!.TotalCount);
            Assert.False(page.Value.IncompleteResults);
            DiscoveredRepository found = DiscoveredRepository.Of(Assert.Single(page.Value.Items))!;
            Assert.Equal((3081286, "dtrupenn/Tetris", 1L, "MIT"), (found.Id, found.FullName, found.Stars, found.LicenseSpdx));
        }

        ApiResponse<SearchPage> next = await client.NextSearchPageAsync(
            "search/repositories?q=x&sort=updated&order=desc&per_page=100&page=2", default);
        Assert.Equal(ApiOutcome.Ok, next.Outcome);

        ApiResponse<Repository> repository = await client.GetRepositoryAsync("octocat/Hello-World");
        DiscoveredRepository described = DiscoveredRepository.Of(repository.Value!)!;
        Assert.Equal(
            (1296269, "octocat/Hello-World", "master", 108L),
            (described.Id, described.FullName, described.DefaultBranch, described.SizeKilobytes));
        Assert.Equal("https://github.com/octocat/Hello-World.git", described.CloneUrl);

        ApiResponse<LicenseContent> license = await client.GetLicenseAsync("octocat/Hello-World");
        Assert.Equal(("LICENSE", "base64", "MIT"), (license.Value!.Path, license.Value.Encoding, license.Value.License!.SpdxId));

        ApiResponse<IReadOnlyList<Commit>> commits = await client.ListCommitsAsync("octocat/Hello-World");
        Commit commit = Assert.Single(commits.Value!);
        Assert.Equal("6dcb09b5b57875f334f61aebed695e2e4193db5e", commit.Sha);
        Assert.Equal("6dcb09b5b57875f334f61aebed695e2e4193db5e", commit.Detail!.Tree!.Sha);
        Assert.Equal(2011, commit.Detail.Committer!.Date!.Value.Year);
        Assert.Equal(commit.Sha, (await client.GetCommitAsync("octocat/Hello-World", "heads/feature")).Value!.Sha);

        RateLimitOverview limits = (await client.GetRateLimitAsync()).Value!;
        Assert.Equal(5000, limits.Resources["core"].Limit);
        Assert.Equal(30, limits.Resources["search"].Limit);

        ApiResponse<User> user = await client.GetUserAsync(GitHubToken.Parse("first", "first")!, default);
        Assert.True(user.Value!.Id > 0);

        Assert.Empty(handler.Violations);
        Assert.Equal(15, handler.Requests);
    }

    [Fact]
    public async Task Client_other_answers_of_the_description_are_named_outcomes()
    {
        Assert.SkipWhen(PrismServer.Lack is not null, PrismServer.Lack ?? "");
        PrismServer prism = server.Prism!;
        using var handler = new Watch();
        using GitHubSession session = await OpenAsync(prism, handler);
        GitHubClient client = session.Client;

        handler.Prefer = "code=404";
        Assert.Equal(ApiOutcome.NotFound, (await client.GetRepositoryAsync("a/b")).Outcome);
        Assert.Equal(ApiOutcome.NotFound, (await client.GetLicenseAsync("a/b")).Outcome);
        handler.Prefer = "code=403";
        Assert.Equal(ApiOutcome.Forbidden, (await client.GetRepositoryAsync("a/b")).Outcome);
        handler.Prefer = "code=409";
        Assert.Equal(ApiOutcome.Empty, (await client.ListCommitsAsync("a/b")).Outcome);
        Assert.Equal(ApiOutcome.Empty, (await client.GetCommitAsync("a/b", "main")).Outcome);
        handler.Prefer = "code=422";
        Assert.Equal(ApiOutcome.Unprocessable, (await client.SearchRepositoriesAsync("x", SearchOrder.BestMatch)).Outcome);
        Assert.Equal(ApiOutcome.Unprocessable, (await client.GetCommitAsync("a/b", "none")).Outcome);
        handler.Prefer = "code=304";
        Assert.Equal(ApiOutcome.NotModified, (await client.SearchRepositoriesAsync("x", SearchOrder.BestMatch, "\"tag\"")).Outcome);

        // Whatever the description allows, at random from a fixed seed.
        handler.Prefer = "dynamic=true";
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(ApiOutcome.Ok, (await client.GetRepositoryAsync("a/b")).Outcome);
            Assert.Equal(ApiOutcome.Ok, (await client.SearchRepositoriesAsync("x", SearchOrder.UpdatedDescending)).Outcome);
            Assert.Equal(ApiOutcome.Ok, (await client.GetLicenseAsync("a/b")).Outcome);
            Assert.Equal(ApiOutcome.Ok, (await client.ListCommitsAsync("a/b")).Outcome);
            Assert.Equal(ApiOutcome.Ok, (await client.GetRateLimitAsync()).Outcome);
        }

        Assert.Empty(handler.Violations);
    }

    /// <summary>Prism takes seconds to start: once for all tests.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal PrismServer? Prism { get; private set; }

        public async ValueTask InitializeAsync() => Prism = PrismServer.Lack is null ? await PrismServer.StartAsync() : null;

        public ValueTask DisposeAsync()
        {
            Prism?.Dispose();
            return default;
        }
    }

    private static Task<GitHubSession> OpenAsync(PrismServer prism, Watch handler) => GitHubSession.OpenAsync(
        new GitHubClientOptions { BaseAddress = prism.Address, Retries = 1 }, [GitHubToken.Parse("first", "first")!], new MemoryLedger(), TimeProvider.System, handler);

    // The check checks: a wrong parameter is refused, and an unknown path.
    private static async Task AssertValidationWorksAsync(PrismServer prism)
    {
        using var plain = new HttpClient { BaseAddress = prism.Address };
        foreach (string wrong in (string[])["search/repositories", "search/repositories?q=x&sort=wrong", "search/repositories?q=x&per_page=many"])
        {
            using HttpResponseMessage response = await plain.GetAsync(wrong);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        }

        using HttpResponseMessage unknown = await plain.GetAsync("repositories/1");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    // Sees what Prism says of each request.
    private sealed class Watch() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        public string? Prefer { get; set; }

        public int Requests { get; private set; }

        public List<string> Violations { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            Requests++;
            if (Prefer is not null)
            {
                request.Headers.Add("Prefer", Prefer);
            }

            HttpResponseMessage response = await base.SendAsync(request, cancellation);
            bool isProblem = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
            if (isProblem || response.Headers.Contains("sl-violations"))
            {
                Violations.Add($"{(int)response.StatusCode} {request.RequestUri}: {await response.Content.ReadAsStringAsync(cancellation)} {response.Headers}");
            }

            return response;
        }
    }
}
