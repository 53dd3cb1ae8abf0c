using System.Net;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Crawler.GitHub;

/// <summary>A client with its tokens, limits and ledger: what a crawl of <c>github:</c> sources holds open.</summary>
public sealed class GitHubSession : IDisposable
{
    // At two seconds an answer, eight windows use 240 searches a minute up, which is eight users' budget.
    private const int Workers = 8;

    // A connection that comes about at all does so in a second or two, lost packets included.
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(10);

    private readonly ServiceProvider _services;

    private GitHubSession(ServiceProvider services, GitHubClient client, Discovery discovery, int users)
    {
        (_services, Client, Discovery, Users) = (services, client, discovery, users);
    }

    /// <summary>The client.</summary>
    public GitHubClient Client { get; }

    /// <summary>The search for repositories.</summary>
    public Discovery Discovery { get; }

    /// <summary>Users whose budgets are used; 0 for anonymous requests.</summary>
    public int Users { get; }

    /// <summary>Opens a session with the tokens of the options and the environment.</summary>
    /// <param name="options">The crawl's options.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Told in words when requests fail and are made again.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DataForgeException">The address or a token is wrong, or GitHub cannot be reached.</exception>
    public static Task<GitHubSession> OpenAsync(
        CrawlOptions options, ILedger ledger, TimeProvider time, Action<string>? tell = null, CancellationToken cancellation = default) =>
        OpenAsync(
            GitHubClientOptions.Of(options) with { Tell = tell }, GitHubTokens.Load(options.GitHubTokenFile, Environment.GetEnvironmentVariable), ledger, time, null,
            cancellation);

    /// <summary>Opens a session.</summary>
    /// <param name="options">The client's options.</param>
    /// <param name="tokens">The tokens; none for anonymous requests.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="handler">Sends the requests; null for the network.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DataForgeException">The address or a token is wrong, or GitHub cannot be reached.</exception>
    public static async Task<GitHubSession> OpenAsync(
        GitHubClientOptions options,
        IReadOnlyList<GitHubToken> tokens,
        ILedger ledger,
        TimeProvider time,
        HttpMessageHandler? handler = null,
        CancellationToken cancellation = default)
    {
        if (tokens.Count > 0 && options.BaseAddress.Scheme != Uri.UriSchemeHttps && !options.BaseAddress.IsLoopback)
        {
            throw DataForgeException.Usage($"a token would travel to {options.BaseAddress} for all to read; use https.");
        }

        ServiceProvider services = Services(options, handler);
        try
        {
            IHttpClientFactory clients = services.GetRequiredService<IHttpClientFactory>();
            IReadOnlyList<UserBudget> users = tokens.Count < 2
                ? [NewBudget(options, tokens)]
                : await ByUserAsync(options, clients, tokens, ledger, time, cancellation).ConfigureAwait(false);
            GitHubClient client = NewClient(options, clients, users, ledger, time);
            return new GitHubSession(services, client, new Discovery(client, ledger, time, Workers), tokens.Count == 0 ? 0 : users.Count);
        }
        catch
        {
            await services.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _services.Dispose();

    private static UserBudget NewBudget(GitHubClientOptions options, IReadOnlyList<GitHubToken> tokens) =>
        new(tokens, options.MaxConcurrency, options.PointsPerMinute);

    private static GitHubClient NewClient(
        GitHubClientOptions options, IHttpClientFactory clients, IReadOnlyList<UserBudget> users, IAnswerStore answers, TimeProvider time) =>
        new(new Transport(options, clients, new RequestLimiter(users, time, options.Tell is { } tell ? text => tell($"{options.BaseAddress.Authority}: {text}") : null), time), answers);

    // GitHub counts by user: tokens of one user are one budget.
    private static async Task<IReadOnlyList<UserBudget>> ByUserAsync(
        GitHubClientOptions options,
        IHttpClientFactory clients,
        IReadOnlyList<GitHubToken> tokens,
        IAnswerStore answers,
        TimeProvider time,
        CancellationToken cancellation)
    {
        UserBudget[] single = [.. tokens.Select(token => NewBudget(options, [token]))];
        GitHubClient client = NewClient(options, clients, single, answers, time);
        SortedDictionary<long, List<int>> users = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            GitHubToken token = tokens[i];
            ApiAnswer<User> answer = await client.GetUserAsync(token, cancellation).ConfigureAwait(false);
            if (answer.Value is not { Id: > 0 } user)
            {
                throw DataForgeException.Usage(
                    $"{options.BaseAddress.Host} does not say whose the token of {token.Origin} is ({answer.Outcome}); leave it out.");
            }

            if (!users.TryGetValue(user.Id, out List<int>? own))
            {
                users[user.Id] = own = [];
            }

            own.Add(i);
        }

        return [.. users.Values.Select(own =>
        {
            UserBudget budget = NewBudget(options, [.. own.Select(i => tokens[i])]);
            budget.TakeOver(own.Select(i => single[i]));
            return budget;
        })];
    }

    // One factory for all requests. It logs nothing: its logs could hold headers.
    private static ServiceProvider Services(GitHubClientOptions options, HttpMessageHandler? handler)
    {
        var services = new ServiceCollection();
        services.AddHttpClient(Transport.ClientName, client =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan; // The pipeline's own, by the injected clock.
                client.DefaultRequestHeaders.Add("Accept", "application/vnd.github+json, application/json; q=0.9");
                client.DefaultRequestHeaders.Add("X-GitHub-Api-Version", "2022-11-28");
                client.DefaultRequestHeaders.Add("User-Agent", $"DataForge/{typeof(GitHubSession).Assembly.GetName().Version?.ToString(3)}");
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(() => handler ?? new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.All,
                ConnectTimeout = options.Timeout < LongestConnect ? options.Timeout : LongestConnect,
                MaxConnectionsPerServer = options.MaxConcurrency,
                MaxResponseHeadersLength = 64,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                UseCookies = false,
            });
        return services.BuildServiceProvider();
    }
}
