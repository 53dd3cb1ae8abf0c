using System.Runtime.Versioning;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Crawler.GitHub;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.GitHub;

[UnsupportedOSPlatform("windows")]
public sealed class TokenTests
{
    private const string Secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

    [Fact]
    public void Load_variables_and_file_gives_each_token_once_in_order()
    {
        using var folder = new TemporaryFolder();
        string file = WriteFile(folder, "# mine\nfile-1\n\n  file-2 # another\nenv-1\n");
        Dictionary<string, string> environment = new() { ["DATAFORGE_GITHUB_TOKENS"] = "env-1, env-2\nenv-3", ["GITHUB_TOKEN"] = "env-2", ["GH_TOKEN"] = "gh" };
        Assert.Equal(
            ["line 2 of tokens", "line 4 of tokens", "line 5 of tokens", "DATAFORGE_GITHUB_TOKENS", "DATAFORGE_GITHUB_TOKENS", "GH_TOKEN"],
            GitHubTokens.Load(file, environment.GetValueOrDefault).Select(token => token.Origin));
        Assert.Empty(GitHubTokens.Load(null, _ => null));
    }

    [Fact]
    public void Load_a_file_that_others_may_read_is_refused()
    {
        using var folder = new TemporaryFolder();
        string file = WriteFile(folder, Secret);
        foreach (UnixFileMode mode in (UnixFileMode[])[UnixFileMode.GroupRead, UnixFileMode.OtherRead, UnixFileMode.OtherWrite])
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | mode);
            DataForgeException fault = Assert.Throws<DataForgeException>(() => GitHubTokens.Load(file, _ => null));
            Assert.Contains("chmod 600", fault.Message, StringComparison.Ordinal);
        }

        Assert.Throws<DataForgeException>(() => GitHubTokens.Load(file + "x", _ => null));
    }

    [Fact]
    public void Load_what_is_no_token_is_refused_unnamed()
    {
        using var folder = new TemporaryFolder();
        string file = WriteFile(folder, "one two-secret\n");
        DataForgeException fault = Assert.Throws<DataForgeException>(() => GitHubTokens.Load(file, _ => null));
        Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
        Assert.Contains("line 1 of tokens", fault.Message, StringComparison.Ordinal);
        Assert.Throws<DataForgeException>(() => GitHubTokens.Load(null, name => name == "GH_TOKEN" ? "tökén" : null));
    }

    [Fact]
    public void Text_of_a_token_is_a_mask()
    {
        GitHubToken token = GitHubToken.Parse(Secret, "here")!;
        Assert.Equal("***", token.ToString());
        Assert.Equal("***", $"{token}");
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(token), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret[..8], token.Fingerprint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(500)]
    [InlineData(200)]
    public async Task GetAsync_no_fault_names_the_token(int status)
    {
        using var test = new TestSession { Tokens = [Secret] };
        test.Server.Plant = (_, request, _) => Task.FromResult<HttpResponseMessage?>(
            FakeGitHub.Reply(status, $$"""{"message":{{(status == 200 ? "" : "\"no\"")}}""", ("etag", $"\"{request.Headers.Authorization!.Parameter!.Length}\"")));
        using GitHubSession session = await test.OpenAsync();
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => session.Client.GetRepositoryAsync("a/b"));
        Assert.DoesNotContain(Secret, fault.ToString(), StringComparison.Ordinal);
        Assert.Contains(status == 401 ? "line 1" : "tries", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_a_token_in_the_clear_is_refused()
    {
        using var test = new TestSession { Options = new GitHubClientOptions { BaseAddress = new Uri("http://api.github.test/") } };
        await Assert.ThrowsAsync<DataForgeException>(() => test.OpenAsync());
        test.Options = test.Options with { BaseAddress = new Uri("http://127.0.0.1:9/") };
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(1, session.Users);
    }

    [Fact]
    public async Task OpenAsync_tokens_of_one_user_share_a_budget_and_users_have_each_their_own()
    {
        using var test = new TestSession { Tokens = ["one-a", "two", "one-b"] };
        test.Server.Users["one-a"] = test.Server.Users["one-b"] = (1, "one");
        test.Server.Users["two"] = (2, "two");
        test.Server.Repositories = FakeRepository.Crowd(5000, seed: 21);
        Assert.Equal(5000, (await test.DiscoverAsync()).Count);
        Assert.Equal(0, test.Server.Limits.Refusals);
        DiscoveryTests.AssertBudgetUsed(test.Server.Limits, 60);
        Assert.Equal(["one-a", "one-b", "two"], test.Server.Authorizations.Distinct().Order());

        // Whose they are is asked once: an answer that is kept costs nothing.
        Assert.Equal(3, test.Server.Limits.CoreRequests);
        using GitHubSession again = await test.OpenAsync();
        Assert.Equal(2, again.Users);
        Assert.Equal(3, test.Server.Limits.CoreRequests);
    }

    [Fact]
    public async Task OpenAsync_one_token_asks_for_no_user()
    {
        using var test = new TestSession();
        using GitHubSession session = await test.OpenAsync();
        Assert.Empty(test.Server.Requests);
    }

    [Fact]
    public async Task RunAsync_without_a_token_keeps_to_the_anonymous_budget()
    {
        using var test = new TestSession { Tokens = [] };
        test.Server.Limits.Search = 10;
        test.Server.Repositories = FakeRepository.Crowd(1200, seed: 22);
        Assert.Equal(1200, (await test.DiscoverAsync()).Count);
        Assert.Equal(0, test.Server.Limits.Refusals);
        Assert.All(test.Server.Authorizations, token => Assert.Equal("", token));
    }

    private static string WriteFile(TemporaryFolder folder, string text)
    {
        string file = Path.Combine(folder.Path, "tokens");
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
