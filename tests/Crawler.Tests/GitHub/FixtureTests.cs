using System.Text.Json.Nodes;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>Real answers of GitHub, recorded by others (@octokit/fixtures): what of them is of the client's kind is read by it.</summary>
public sealed class FixtureTests
{
    private const string Package = "@octokit/fixtures/scenarios/api.github.com";

    [Fact]
    public async Task GetRepositoryAsync_recorded_answer_is_read()
    {
        using var test = new TestSession();
        ApiResponse<Repository> answer = await AskAsync(
            test, Scenario("get-repository"), client => client.GetRepositoryAsync("octokit-fixture-org/hello-world"));
        DiscoveredRepository repository = DiscoveredRepository.Of(answer.Value!)!;
        Assert.Equal((1000, "octokit-fixture-org/hello-world", "master"), (repository.Id, repository.FullName, repository.DefaultBranch));
        Assert.Equal("https://github.com/octokit-fixture-org/hello-world.git", repository.CloneUrl);
        Assert.Equal("\"00000000000000000000000000000000\"", answer.ETag);
    }

    [Fact]
    public async Task GetRepositoryAsync_recorded_rename_is_followed()
    {
        using var test = new TestSession();
        ApiResponse<Repository> answer = await AskAsync(
            test, Scenario("rename-repository").Skip(1).ToList(), client => client.GetRepositoryAsync("octokit-fixture-org/rename-repository"));
        Assert.Equal(ApiOutcome.Ok, answer.Outcome);
        Assert.Equal("octokit-fixture-org/rename-repository-newname", answer.Value!.FullName);
        Assert.Equal(["/repos/octokit-fixture-org/rename-repository", "/repositories/1000"], test.Server.Requests);
    }

    [Fact]
    public async Task GetRepositoryAsync_recorded_404_is_an_outcome()
    {
        using var test = new TestSession();
        ApiResponse<Repository> answer = await AskAsync(test, Scenario("branch-protection"), client => client.GetRepositoryAsync("a/b"));
        Assert.Equal((ApiOutcome.NotFound, "Branch not protected"), (answer.Outcome, answer.Message));
    }

    [Fact]
    public async Task SearchRepositoriesAsync_recorded_422_is_an_outcome()
    {
        using var test = new TestSession();
        ApiResponse<SearchPage> answer = await AskAsync(
            test, Scenario("errors"), client => client.SearchRepositoriesAsync("x", SearchOrder.BestMatch));
        Assert.Equal((ApiOutcome.Unprocessable, "Validation Failed"), (answer.Outcome, answer.Message));
    }

    [Fact]
    public async Task SearchRepositoriesAsync_recorded_search_is_read_with_rows_of_another_kind_left_out()
    {
        using var test = new TestSession();
        ApiResponse<SearchPage> answer = await AskAsync(
            test, Scenario("search-issues"), client => client.SearchRepositoriesAsync("sesame", SearchOrder.BestMatch));
        JsonNode recorded = Scenario("search-issues")[0]!["response"]!;
        Assert.Equal((long)recorded["total_count"]!, answer.Value!.TotalCount);
        Assert.False(answer.Value.IncompleteResults);
        Assert.Equal(recorded["items"]!.AsArray().Count, answer.Value.Items.Count);
        Assert.All(answer.Value.Items, issue => Assert.Null(DiscoveredRepository.Of(issue)));
    }

    [Fact]
    public async Task NextSearchPageAsync_recorded_links_lead_through_all_pages()
    {
        using var test = new TestSession();
        List<JsonNode?> pages = Scenario("paginate-issues");
        test.Server.Plant = (number, _, _) => Task.FromResult<HttpResponseMessage?>(
            Reply(pages[number - 1]!, """{"total_count":13,"items":[]}"""));
        test.Options = test.Options with { BaseAddress = new Uri("https://api.github.com/") };
        using GitHubSession session = await test.OpenAsync();
        ApiResponse<SearchPage> answer = await session.Client.SearchRepositoriesAsync("x", SearchOrder.BestMatch);
        while (answer.Next is { } next)
        {
            answer = await session.Client.NextSearchPageAsync(next, default);
        }

        Assert.Equal(pages.Skip(1).Select(page => (string?)page!["path"]), test.Server.Requests.Skip(1));
    }

    private static async Task<ApiResponse<T>> AskAsync<T>(
        TestSession test, List<JsonNode?> recorded, Func<GitHubClient, Task<ApiResponse<T>>> ask)
        where T : class
    {
        test.Server.Plant = (number, _, _) => Task.FromResult<HttpResponseMessage?>(Reply(recorded[number - 1]!, null));
        test.Options = test.Options with { BaseAddress = new Uri("https://api.github.com/") };
        using GitHubSession session = await test.OpenAsync();
        return await ask(session.Client);
    }

    private static HttpResponseMessage Reply(JsonNode recorded, string? body)
    {
        HttpResponseMessage reply = FakeGitHub.Reply((int)recorded["status"]!, body ?? recorded["response"]!.ToJsonString());
        foreach ((string name, JsonNode? value) in recorded["headers"]!.AsObject())
        {
            if (!name.StartsWith("content-", StringComparison.OrdinalIgnoreCase))
            {
                reply.Headers.TryAddWithoutValidation(name, $"{value}");
            }
        }

        return reply;
    }

    private static List<JsonNode?> Scenario(string name)
    {
        string? file = PrismServer.NpmFile($"{Package}/{name}/normalized-fixture.json");
        Assert.SkipWhen(file is null, "npm's @octokit/fixtures@23.1.2 is not in artifacts/npm");
        return [.. JsonNode.Parse(File.ReadAllBytes(file))!.AsArray()];
    }
}
