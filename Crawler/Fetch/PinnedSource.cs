using DataForge.Corpus;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// <c>pinned:FILE</c>: commits that a crawl of <c>github:</c> sources listed (<see cref="PinnedList"/>), with their facts of that day.
/// </summary>
internal sealed class PinnedSource(string file) : ISource
{
    /// <inheritdoc/>
    public string Kind => GitHubSource.KindName;

    /// <inheritdoc/>
    public string Text => $"pinned:{file}";

    /// <inheritdoc/>
    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => null;

    /// <inheritdoc/>
    public async ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        IReadOnlyList<PinnedLine> pinned = PinnedList.Read(file);
        ForgeTransport transport = GitHubSource.OpenTransport(context);
        GitHubSession? session = null;
        if (context.Options.FetchTransport == ArchiveRepository.TransportName && context.Catalog is { } catalog)
        {
            try
            {
                session = await GitHubSource.OpenSessionAsync(context, catalog.Ledger, cancellation).ConfigureAwait(false);
                transport.AcquirePermit = session.Client.AcquireCorePermitAsync;
            }
            catch
            {
                transport.Dispose();
                throw;
            }
        }

        ISourceRepository[] repositories = [.. pinned.Select(line => new PinnedRepository(line.Facts, line.Fault, transport))];
        return new SourceScan(repositories, -1, new ForgeResources(transport, session));
    }

    private sealed class PinnedRepository(RepositoryFacts facts, string? fault, ForgeTransport transport) : ISourceRepository
    {
        /// <inheritdoc/>
        public long Id => facts.Id;

        /// <inheritdoc/>
        public string Name => facts.Name;

        /// <inheritdoc/>
        public bool IsRemote => true;

        /// <summary>The commit: its files never change.</summary>
        public string? Freshness => facts.Commit is null || fault is not null ? null : $"commit {facts.Commit}";

        /// <inheritdoc/>
        public async ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation)
        {
            if (fault is not null)
            {
                return new FaultyRepository(facts, new FetchException(fault, "it could not be fetched when it was listed"));
            }

            if (facts.Commit is not { } commit)
            {
                return new FaultyRepository(facts, new FetchException(RuleNames.Empty, "it had no commit"));
            }

            var quota = new FetchQuota(transport.Context.Options, transport.Time);
            if (transport.Context.Options.FetchTransport != ArchiveRepository.TransportName)
            {
                return new FetchedGit(facts, new Uri(transport.Http.Forge, $"{facts.Name}.git"), transport, quota) { IsPinned = true };
            }

            try
            {
                var archive = new ArchiveRepository(facts, commit, transport, quota);
                return await transport.RunAsync(quota, () => archive.ReadAsync(cancellation), cancellation).ConfigureAwait(false);
            }
            catch (FetchException e)
            {
                return new FaultyRepository(facts, e);
            }
        }
    }
}
