using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary><c>pinned:FILE</c>: commits that a crawl of <c>github:</c> sources listed (<see cref="PinnedList"/>), with their facts of that day.</summary>
internal sealed class PinnedSource(string file) : ISource
{
    public string Kind => GitHubSource.KindName;

    public string Text => $"pinned:{file}";

    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => null;

    public async ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        IReadOnlyList<PinnedLine> pinned = PinnedList.Read(file);
        ForgeTransport transport = GitHubSource.OpenTransport(context);
        GitHubSession? session = null;
        if (context.Options.FetchTransport == ArchiveRepository.TransportName && context.Catalog is { } catalog)
        {
            try
            {
                session = await GitHubSession.OpenAsync(context.Options, catalog.Ledger, context.Time, text => context.WriteNote(Note.Warning(text)), cancellation).ConfigureAwait(false);
                transport.Charge = session.Client.EnterAsync;
            }
            catch
            {
                transport.Dispose();
                throw;
            }
        }

        return new SourceScan([.. pinned.Select(line => new PinnedRepository(line.Facts, line.Fault, transport))], -1, new ForgeHeld(transport, session));
    }

    private sealed class PinnedRepository(RepositoryFacts facts, string? fault, ForgeTransport transport) : ISourceRepository
    {
        public long Id => facts.Id;

        public string Name => facts.Name;

        public bool IsRemote => true;

        // A commit never changes.
        public string? Freshness => facts.Commit is null || fault is not null ? null : $"commit {facts.Commit}";

        public async ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation)
        {
            if (fault is not null)
            {
                return new FaultyRepository(facts, new FetchException(fault, "it could not be had when it was listed"));
            }

            if (facts.Commit is not { } commit)
            {
                return new FaultyRepository(facts, new FetchException(FaultRules.Empty, "it had no commit"));
            }

            var quota = new FetchQuota(transport.Context.Options, transport.Time);
            if (transport.Context.Options.FetchTransport != ArchiveRepository.TransportName)
            {
                return new FetchedGit(facts, new Uri(transport.Http.Forge, $"{facts.Name}.git"), transport, quota) { IsPinned = true };
            }

            try
            {
                var archive = new ArchiveRepository(facts, commit, transport, quota);
                return await transport.Gate.RunAsync(() => quota.DuringAsync(() => archive.ReadAsync(cancellation)), cancellation).ConfigureAwait(false);
            }
            catch (FetchException e)
            {
                return new FaultyRepository(facts, e);
            }
        }
    }
}
