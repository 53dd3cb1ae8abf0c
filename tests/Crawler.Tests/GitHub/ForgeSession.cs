using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;
using DataForge.Forge;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>A client of a test forge with GitHub's limits, both by one simulated clock, so that hours of waiting pass in seconds.</summary>
internal sealed class ForgeSession : IAsyncDisposable
{
    public const string Query = "language:python stars:>=10";
    private readonly SimulatedClock _clock;
    private readonly TemporaryFolder _folder;
    private readonly Catalog _catalog;

    private ForgeSession(SimulatedClock clock, TemporaryFolder folder, ForgeServer forge, Catalog catalog, GitHubSession session) =>
        (_clock, _folder, Forge, _catalog, Session) = (clock, folder, forge, catalog, session);

    public ForgeServer Forge { get; }

    public ILedger Ledger => _catalog.Ledger;

    public GitHubSession Session { get; }

    /// <summary>Repositories of the proof: <c>DATAFORGE_TEST_FORGE_REPOSITORIES</c>, or enough for several windows of each limit.</summary>
    public static int Count =>
        int.TryParse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_FORGE_REPOSITORIES"), out int count) ? count : 3000;

    /// <param name="generated">What the forge holds.</param>
    /// <param name="tokens">Tokens as <c>user-number</c>: <c>alice-1</c> and <c>alice-2</c> are one user's.</param>
    /// <param name="limits">The forge's limits; null for GitHub's.</param>
    /// <param name="client">The client's options, but for the address.</param>
    /// <param name="prepare">Plants what is to be met from the first request on.</param>
    public static async Task<ForgeSession> OpenAsync(
        GeneratorOptions generated, string[] tokens, LimitSizes? limits = null, GitHubClientOptions? client = null, Action<ForgeServer>? prepare = null)
    {
        var repositories = new ForgeCatalog();
        RepositoryGenerator.AddTo(repositories, generated);
        var clock = new SimulatedClock(new DateTimeOffset(2025, 6, 1, 0, 0, 0, 250, TimeSpan.Zero));
        ForgeServer forge = await ForgeServer.StartAsync(repositories, new ForgeOptions
        {
            Clock = clock,
            Limits = limits ?? LimitSizes.GitHub,
            Tokens = tokens.ToDictionary(token => token, token => new ForgeOwner(token[0], token.Split('-')[0])),
        });
        prepare?.Invoke(forge);
        var folder = new TemporaryFolder();
        Catalog catalog = Catalog.Open(CatalogAddress.OfFile(folder["catalog.db"]), clock);
        GitHubSession session = await GitHubSession.OpenAsync(
            (client ?? new GitHubClientOptions()) with { BaseAddress = forge.Address },
            [.. tokens.Select(token => GitHubToken.Parse(token, "test")!)],
            catalog.Ledger,
            clock);
        return new ForgeSession(clock, folder, forge, catalog, session);
    }

    public async Task<IReadOnlyList<DiscoveredRepository>> DiscoverAsync()
    {
        SearchQuery query = SearchQuery.Parse(Query);
        await Session.Discovery.RunAsync(query);
        return [.. Ledger.Repositories(query.Key)];
    }

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        await Forge.DisposeAsync();
        _catalog.Dispose();
        _clock.Dispose();
        _folder.Dispose();
    }
}
