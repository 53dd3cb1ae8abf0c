using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>A session over a fake GitHub and a clock that jumps.</summary>
internal sealed class TestSession : IDisposable
{
    public TestSession() => Server = new FakeGitHub(Time);

    public TestTime Time { get; } = new();

    public FakeGitHub Server { get; }

    public MemoryLedger Ledger { get; set; } = new();

    public GitHubClientOptions Options { get; set; } = new()
    {
        BaseAddress = new Uri(FakeGitHub.Host),
        Timeout = TimeSpan.FromHours(20), // The clock may jump before a request is on its way; tests of hangs set a shorter one.
    };

    public string[] Tokens { get; set; } = ["secret-token-1"];

    public Task<GitHubSession> OpenAsync(ILedger? ledger = null) => GitHubSession.OpenAsync(
        Options, [.. Tokens.Select((token, i) => GitHubToken.Parse(token, $"line {i + 1}")!)], ledger ?? Ledger, Time, Server);

    public async Task<IReadOnlyList<DiscoveredRepository>> DiscoverAsync(string query = "language:python stars:>=10")
    {
        using GitHubSession session = await OpenAsync();
        SearchQuery parsed = SearchQuery.Parse(query);
        await session.Discovery.RunAsync(parsed);
        return [.. Ledger.Repositories(parsed.Key)];
    }

    public void Dispose()
    {
        Server.Dispose();
        Time.Dispose();
    }
}
