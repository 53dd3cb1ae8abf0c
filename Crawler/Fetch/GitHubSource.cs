using System.Net.Http.Headers;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// <c>github:QUERY</c>: the repositories that searches find, each read at its default branch. Several queries form one source, as several
/// may find the same repository.
/// </summary>
internal sealed class GitHubSource(IReadOnlyList<SearchQuery> queries) : ISource
{
    /// <summary>The kind of this source.</summary>
    public const string KindName = "github";

    private const string PublicApi = "api.github.com";
    private static readonly Uri PublicForge = new("https://github.com");

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    public string Text => string.Join(" and ", queries.Select(query => $"{KindName}:{query.Key}"));

    /// <inheritdoc/>
    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => null;

    /// <inheritdoc/>
    public async ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        Catalog catalog = context.Catalog ?? throw new InvalidOperationException("a forge is crawled with a catalog");
        ForgeTransport transport = OpenTransport(context);
        GitHubSession? session = null;
        try
        {
            session = await OpenSessionAsync(context, catalog.Ledger, cancellation).ConfigureAwait(false);
            var check = new RepositoryStatusCheck(session.Client, catalog, context.WriteNote);
            transport.Lookup = check.LookUpAsync;
            transport.AcquirePermit = session.Client.AcquireCorePermitAsync;
            SortedDictionary<long, Found> found = await DiscoverAsync(context, catalog, session, check, cancellation).ConfigureAwait(false);
            check.ReportRenames(found.Select(entry => (entry.Key, entry.Value.Name)));
            context.Shared?.Publish(found.Keys, cancellation);
            ReportFound(context, catalog, found.Count);
            ISourceRepository[] repositories =
                [.. found.Select(entry => new ForgeRepository(entry.Key, entry.Value.Name, entry.Value.Read, transport))];
            return new SourceScan(repositories, -1, new ForgeResources(transport, session))
            {
                Queries = [.. queries.Select(query => query.Key)],
                Finished = snapshots =>
                {
                    foreach (SearchQuery query in queries)
                    {
                        RepositoryStatusCheck.Remember(catalog, query.Key, snapshots);
                    }
                },
            };
        }
        catch
        {
            session?.Dispose();
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Opens what the repositories of the options' forge are fetched with.</summary>
    public static ForgeTransport OpenTransport(ScanContext context)
    {
        Uri api = GitHubClientOptions.Of(context.Options).BaseAddress;
        Uri forge = api.Host == PublicApi ? PublicForge : new Uri(api.GetLeftPart(UriPartial.Authority));
        GitHubToken? token = GitHubTokens.Load(context.Options.GitHubTokenFile, Environment.GetEnvironmentVariable).FirstOrDefault();
        if (token is not null && forge.Scheme != Uri.UriSchemeHttps && !forge.IsLoopback)
        {
            throw DataForgeException.Usage($"a token would travel to {forge} for all to read; use https.");
        }

        return new ForgeTransport(context, forge, api, request => Authorize(request, token), context.Time) { Shared = context.Shared };
    }

    /// <summary>Opens a session of the options' API that reports waits as warnings.</summary>
    public static Task<GitHubSession> OpenSessionAsync(ScanContext context, ILedger ledger, CancellationToken cancellation) =>
        GitHubSession.OpenAsync(
            context.Options, ledger, context.Time, context.Handlers, text => context.WriteNote(Note.Warning(text)),
            context.WriteBudget, cancellation);

    // Runs the searches. Only names are kept in memory, as there may be millions of repositories; the rest is read from the catalog when a
    // repository is opened.
    private async Task<SortedDictionary<long, Found>> DiscoverAsync(
        ScanContext context, Catalog catalog, GitHubSession session, RepositoryStatusCheck check, CancellationToken cancellation)
    {
        SortedDictionary<long, Found> found = [];
        using StageProgress? progress = context.Progress?.Invoke("found");
        SearchProgress? searches = progress is null ? null : new SearchProgress(progress, catalog.Ledger);
        session.Discovery.OnRecorded = searches is null ? null : searches.Count;
        foreach (SearchQuery query in queries)
        {
            searches?.Begin(query.Key);
            await session.Discovery.RunAsync(query, cancellation).ConfigureAwait(false);
            Func<long, DiscoveredRepository> read = id => catalog.Discovered.Find(id, query.Key)
                ?? throw new InvalidOperationException($"repository {id} left the ledger while it was crawled");
            foreach (DiscoveredRepository repository in catalog.Ledger.Repositories(query.Key))
            {
                found.TryAdd(repository.Id, new Found(repository.FullName, read));
            }

            await check.CheckMissingAsync(query.Key, found.ContainsKey, cancellation).ConfigureAwait(false);
        }

        return found;
    }

    private void ReportFound(ScanContext context, Catalog catalog, int count)
    {
        long shortfall = queries.Sum(query => catalog.Ledger.Windows(query.Key).Sum(window => window.Shortfall));
        string many = count == 1 ? "repository" : "repositories";
        string beyond = shortfall > 0
            ? $", {shortfall:N0} known to be out of a search's reach (crawl --status names their windows)"
            : "";
        context.WriteNote(count == 0
            ? Note.Warning($"{Text}: no repository matches; see whether the query says what is meant")
            : Note.Information($"{Text}: {count:N0} {many} found{beyond}"));
    }

    // git over HTTPS takes a token as the password of any user name
    // (https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation).
    private static void Authorize(HttpRequestMessage request, GitHubToken? token)
    {
        token?.Authorize(request);
        if (request.Headers.Authorization?.Parameter is { } secret)
        {
            string credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes("x-access-token:" + secret));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }
    }

    // A repository that a search found: its name, and a function that reads the rest from the catalog.
    private readonly record struct Found(string Name, Func<long, DiscoveredRepository> Read);
}

/// <summary>What a crawl of a forge keeps open.</summary>
internal sealed class ForgeResources(ForgeTransport transport, GitHubSession? session) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        transport.Dispose();
        session?.Dispose();
    }
}
