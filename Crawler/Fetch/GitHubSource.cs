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
/// <c>github:QUERY</c>: the repositories that searches find, each read at its default branch. Several queries are one source, for a
/// repository may be found by more than one.
/// </summary>
internal sealed class GitHubSource(IReadOnlyList<SearchQuery> queries) : ISource
{
    public const string KindName = "github";

    private const string PublicApi = "api.github.com";
    private static readonly Uri PublicForge = new("https://github.com");

    public string Kind => KindName;

    public string Text => string.Join(" and ", queries.Select(query => $"{KindName}:{query.Key}"));

    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => null;

    public async ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        Catalog catalog = context.Catalog ?? throw new InvalidOperationException("a forge is crawled with a catalog");
        ForgeTransport transport = OpenTransport(context);
        GitHubSession? session = null;
        try
        {
            session = await GitHubSession.OpenAsync(context.Options, catalog.Ledger, context.Time, text => context.WriteNote(Note.Warning(text)), cancellation).ConfigureAwait(false);
            var watch = new RepositoryWatch(session.Client, catalog, context.WriteNote);
            transport.Lookup = watch.LookUpAsync;
            transport.Charge = session.Client.EnterAsync;
            // There may be millions: what is more than a name stays in the catalog until a repository's turn comes.
            SortedDictionary<long, (string Name, Func<long, DiscoveredRepository> Read)> found = [];
            using StageProgress? progress = context.Progress?.Invoke("found");
            SearchProgress? shown = progress is null ? null : new SearchProgress(progress, catalog.Ledger);
            session.Discovery.OnRecorded = shown is null ? null : shown.Recorded;
            foreach (SearchQuery query in queries)
            {
                shown?.Begin(query.Key);
                await session.Discovery.RunAsync(query, cancellation).ConfigureAwait(false);
                Func<long, DiscoveredRepository> read = id => catalog.Discovered.Find(id, query.Key)
                    ?? throw new InvalidOperationException($"repository {id} left the ledger while it was crawled");
                foreach (DiscoveredRepository repository in catalog.Ledger.Repositories(query.Key))
                {
                    found.TryAdd(repository.Id, (repository.FullName, read));
                }

                await watch.CheckMissingAsync(query.Key, found.ContainsKey, cancellation).ConfigureAwait(false);
            }

            watch.TellRenames(found.Select(entry => (entry.Key, entry.Value.Name)));
            context.Shared?.Publish(found.Keys, cancellation);
            long shortfall = queries.Sum(query => catalog.Ledger.Windows(query.Key).Sum(window => window.Shortfall));
            string many = found.Count == 1 ? "repository" : "repositories";
            string beyond = shortfall > 0 ? $", {shortfall:N0} known to be out of a search's reach (crawl --status names their windows)" : "";
            context.WriteNote(found.Count == 0
                ? Note.Warning($"{Text}: no repository matches; see whether the query says what is meant")
                : Note.Information($"{Text}: {found.Count:N0} {many} found{beyond}"));
            return new SourceScan(
                [.. found.Select(entry => new ForgeRepository(entry.Key, entry.Value.Name, entry.Value.Read, transport))], -1, new ForgeHeld(transport, session))
            {
                Queries = [.. queries.Select(query => query.Key)],
                Finished = snapshots =>
                {
                    foreach (SearchQuery query in queries)
                    {
                        RepositoryWatch.Remember(catalog, query.Key, snapshots);
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

    /// <summary>What the repositories of the options' forge are fetched with.</summary>
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

    // git's service takes a token as the password of any user.
    private static void Authorize(HttpRequestMessage request, GitHubToken? token)
    {
        token?.Authorize(request);
        if (request.Headers.Authorization?.Parameter is { } secret)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("x-access-token:" + secret)));
        }
    }
}

/// <summary>What a crawl of a forge holds open.</summary>
internal sealed class ForgeHeld(ForgeTransport transport, GitHubSession? session) : IDisposable
{
    public void Dispose()
    {
        transport.Dispose();
        session?.Dispose();
    }
}
