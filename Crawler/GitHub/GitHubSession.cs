using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.GitHub;

/// <summary>A client with its tokens, limits and ledger: what a crawl of <c>github:</c> sources keeps open.</summary>
public sealed class GitHubSession : IDisposable
{
    // Search windows read at a time. A search takes about two seconds, so eight windows use up to 240 searches per minute: the budget of
    // eight users, at GitHub's 30 searches per minute and user.
    private const int WindowsAtATime = 8;

    private readonly HttpMessageInvoker _network;

    private GitHubSession(HttpMessageInvoker network, GitHubClient client, Discovery discovery, int users) =>
        (_network, Client, Discovery, Users) = (network, client, discovery, users);

    /// <summary>The client.</summary>
    public GitHubClient Client { get; }

    /// <summary>The search for repositories.</summary>
    public Discovery Discovery { get; }

    /// <summary>How many users' budgets are used; 0 for anonymous requests.</summary>
    public int Users { get; }

    /// <summary>Opens a session with the tokens of the options and the environment.</summary>
    /// <param name="options">The crawl's options.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="handlers">Creates the handler that sends the requests.</param>
    /// <param name="onWaiting">Called with a message when requests fail and are sent again.</param>
    /// <param name="onBudget">Called now and then with what is left of a rate limit.</param>
    /// <param name="cancellation">Stops the opening.</param>
    /// <exception cref="DataForgeException">The address or a token is wrong, or GitHub cannot be reached.</exception>
    public static Task<GitHubSession> OpenAsync(
        CrawlOptions options, ILedger ledger, TimeProvider time, IHttpHandlerFactory handlers, Action<string>? onWaiting = null,
        Action<ApiBudget>? onBudget = null, CancellationToken cancellation = default)
    {
        GitHubClientOptions client = GitHubClientOptions.Of(options) with { OnWaiting = onWaiting, OnBudget = onBudget };
        IReadOnlyList<GitHubToken> tokens = GitHubTokens.Load(options.GitHubTokenFile, Environment.GetEnvironmentVariable);
        return OpenAsync(client, tokens, ledger, time, () => new HttpMessageInvoker(handlers.CreateApiHandler(client)), cancellation);
    }

    /// <summary>Opens a session.</summary>
    /// <param name="options">The client's options.</param>
    /// <param name="tokens">The tokens; none for anonymous requests.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="handler">Sends the requests, and stays open when the session is disposed; null for the network.</param>
    /// <param name="cancellation">Stops the opening.</param>
    /// <exception cref="DataForgeException">The address or a token is wrong, or GitHub cannot be reached.</exception>
    public static Task<GitHubSession> OpenAsync(
        GitHubClientOptions options,
        IReadOnlyList<GitHubToken> tokens,
        ILedger ledger,
        TimeProvider time,
        HttpMessageHandler? handler = null,
        CancellationToken cancellation = default) =>
        OpenAsync(
            options, tokens, ledger, time,
            () => handler is null
                ? new HttpMessageInvoker(NetworkHandlerFactory.Instance.CreateApiHandler(options))
                : new HttpMessageInvoker(handler, disposeHandler: false),
            cancellation);

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private static async Task<GitHubSession> OpenAsync(
        GitHubClientOptions options, IReadOnlyList<GitHubToken> tokens, ILedger ledger, TimeProvider time,
        Func<HttpMessageInvoker> createNetwork, CancellationToken cancellation)
    {
        if (tokens.Count > 0 && options.BaseAddress.Scheme != Uri.UriSchemeHttps && !options.BaseAddress.IsLoopback)
        {
            throw DataForgeException.Usage($"a token would travel to {options.BaseAddress} for all to read; use https.");
        }

        HttpMessageInvoker network = createNetwork();
        try
        {
            IReadOnlyList<UserBudget> users = tokens.Count < 2
                ? [NewBudget(options, tokens)]
                : await GroupByUserAsync(options, network, tokens, ledger, time, cancellation).ConfigureAwait(false);
            GitHubClient client = NewClient(options, network, users, ledger, time);
            var discovery = new Discovery(client, ledger, time, WindowsAtATime);
            return new GitHubSession(network, client, discovery, tokens.Count == 0 ? 0 : users.Count);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static UserBudget NewBudget(GitHubClientOptions options, IReadOnlyList<GitHubToken> tokens) =>
        new(tokens, options.MaxConcurrency, options.PointsPerMinute);

    private static GitHubClient NewClient(
        GitHubClientOptions options, HttpMessageInvoker network, IReadOnlyList<UserBudget> users, IResponseCache cache, TimeProvider time)
    {
        Action<string>? onWaiting = options.OnWaiting is { } report ? text => report($"{options.BaseAddress.Authority}: {text}") : null;
        return new(new ApiTransport(options, network, new RequestLimiter(users, time, onWaiting, options.OnBudget), cache, time));
    }

    // GitHub counts per user: the tokens of one user share one budget.
    private static async Task<IReadOnlyList<UserBudget>> GroupByUserAsync(
        GitHubClientOptions options, HttpMessageInvoker network, IReadOnlyList<GitHubToken> tokens, IResponseCache cache, TimeProvider time,
        CancellationToken cancellation)
    {
        UserBudget[] single = [.. tokens.Select(token => NewBudget(options, [token]))];
        GitHubClient client = NewClient(options, network, single, cache, time);
        SortedDictionary<long, List<int>> users = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            GitHubToken token = tokens[i];
            ApiResponse<User> response = await client.GetUserAsync(token, cancellation).ConfigureAwait(false);
            if (response.Value is not { Id: > 0 } user)
            {
                throw DataForgeException.Usage(
                    $"{options.BaseAddress.Host} does not say whose the token of {token.Origin} is ({response.Outcome}); leave it out.");
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
}
