using System.Net;
using System.Text.Json;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;

namespace DataForge.Forge.Tests.Rest;

public sealed class RestTests
{
    [Fact]
    public async Task Get_repository_with_its_validator_costs_nothing()
    {
        await using TestForge forge = await TestForge.StartAsync();
        using HttpResponseMessage first = await forge.Http.GetAsync("/repositories/1000001");
        var again = new HttpRequestMessage(HttpMethod.Get, "/repositories/1000001");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using HttpResponseMessage second = await forge.Http.SendAsync(again);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(["4999"], second.Headers.GetValues("x-ratelimit-remaining"));
        Assert.Equal(["core"], second.Headers.GetValues("x-ratelimit-resource"));
        forge.Server.Repositories.Find(1000001)!.Stars++;
        again = new HttpRequestMessage(HttpMethod.Get, "/repositories/1000001");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage third = await forge.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    [Fact]
    public async Task Get_search_links_lead_through_all_pages()
    {
        await using TestForge forge = await TestForge.StartAsync();
        HashSet<long> seen = [];
        string? next = "/search/repositories?q=stars:>=10&per_page=100";
        int pages = 0;
        while (next is not null)
        {
            using HttpResponseMessage answer = await forge.Http.GetAsync(next);
            using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            seen.UnionWith(body.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64()));
            string link = answer.Headers.TryGetValues("Link", out IEnumerable<string>? links) ? links.Single() : "";
            next = link.Split(", ").FirstOrDefault(one => one.EndsWith("rel=\"next\"", StringComparison.Ordinal))?.Split('<', '>')[1];
            pages++;
        }

        Assert.Equal(3, pages);
        Assert.Equal(300, seen.Count);
    }

    [Theory]
    [InlineData(RepositoryState.Private, HttpStatusCode.NotFound)]
    [InlineData(RepositoryState.Vanished, HttpStatusCode.NotFound)]
    [InlineData(RepositoryState.Blocked, HttpStatusCode.UnavailableForLegalReasons)]
    [InlineData(RepositoryState.Public, HttpStatusCode.OK)]
    public async Task Get_repository_state_as_GitHub_says_it(RepositoryState state, HttpStatusCode expected)
    {
        await using TestForge forge = await TestForge.StartAsync();
        ForgeRepository repository = forge.Server.Repositories.All[7];
        repository.State = state;
        using HttpResponseMessage byName = await forge.Http.GetAsync("/repos/" + repository.FullName.ToUpperInvariant());
        using HttpResponseMessage byId = await forge.Http.GetAsync($"/api/v3/repositories/{repository.Id}");
        Assert.Equal((expected, expected), (byName.StatusCode, byId.StatusCode));
    }

    [Fact]
    public async Task Get_moved_repository_redirects_and_empty_one_conflicts()
    {
        await using TestForge forge = await TestForge.StartAsync();
        ForgeRepository repository = forge.Server.Repositories.All[7];
        string old = repository.FullName;
        forge.Server.Repositories.Rename(repository, new ForgeOwner(3, "carol"), "elsewhere");

        using HttpResponseMessage moved = await forge.Http.GetAsync($"/repos/{old}/commits");
        using HttpResponseMessage empty = await forge.Http.GetAsync(moved.Headers.Location);

        Assert.Equal(HttpStatusCode.MovedPermanently, moved.StatusCode);
        Assert.EndsWith($"/repositories/{repository.Id}/commits", moved.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, empty.StatusCode);
        Assert.Equal("carol/elsewhere", (await forge.JsonAsync($"/repositories/{repository.Id}")).GetProperty("full_name").GetString());
    }

    [Fact]
    public async Task Get_tokens_of_one_user_share_a_budget()
    {
        await using TestForge forge = await TestForge.StartAsync(new LimitSizes { Search = 4 });
        using HttpClient other = forge.Caller("alice-2");
        using HttpClient bob = forge.Caller("bob-1");
        const string search = "/search/repositories?q=stars:10";
        for (int i = 0; i < 2; i++)
        {
            (await forge.Http.GetAsync(search)).EnsureSuccessStatusCode();
            (await other.GetAsync(search)).EnsureSuccessStatusCode();
        }

        using HttpResponseMessage refused = await other.GetAsync(search);
        using HttpResponseMessage allowed = await bob.GetAsync(search);
        using HttpClient nobody = forge.Caller("stolen");
        using HttpResponseMessage unknown = await nobody.GetAsync(search);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(["0"], refused.Headers.GetValues("x-ratelimit-remaining"));
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Single(forge.Server.Log.Refused);
    }
}
