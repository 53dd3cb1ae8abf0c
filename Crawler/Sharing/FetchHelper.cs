using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Sharing;

/// <summary>
/// A crawler that waits for its turn to write, and fetches meanwhile for the one that does: it leases repositories, fetches them with
/// the contents that no committed part has, and puts them on the shelf. Of one that cannot be had it says nothing; the writer asks again
/// and judges.
/// </summary>
internal sealed class FetchHelper : IDisposable
{
    private const int Loops = 16;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly Catalog _catalog;
    private readonly CrawlOptions _options;
    private readonly Shelf _shelf;
    private readonly string _folder;
    private readonly ForgeTransport _transport;

    /// <param name="context">The clock and events.</param>
    /// <param name="catalog">The shared catalog.</param>
    /// <param name="options">The options.</param>
    /// <param name="shelf">Where the writer looks.</param>
    /// <param name="folder">A folder of its own, on the shelf's disk.</param>
    public FetchHelper(StageContext context, Catalog catalog, CrawlOptions options, Shelf shelf, string folder)
    {
        (_catalog, _options, _shelf, _folder) = (catalog, options, shelf, folder);
        Directory.CreateDirectory(folder);
        var scan = new ScanContext(options, Directory.CreateDirectory(Path.Combine(folder, "scratch")).FullName, folder, id => catalog.FindContent(id).Size)
        {
            Time = context.Time, Tell = context.Events.Write, Catalog = catalog,
        };
        _transport = GitHubSource.OpenTransport(scan);
    }

    /// <summary>Repositories it has put on the shelf.</summary>
    public int Fetched => _fetched;

    private int _fetched;

    /// <summary>Helps until it is cancelled, and gives back what it leased.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Loops).Select(_ => Task.Run(() => LoopAsync(cancellation), cancellation))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It is this crawler's turn, or the crawl was stopped: the caller knows which.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transport.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LoopAsync(CancellationToken cancellation)
    {
        while (true)
        {
            IReadOnlyList<long> leased = _shelf.IsFull(2 * _options.FetchAhead, _options.FetchAheadBytes)
                ? []
                : _catalog.TryLeaseRepositories(SharedFetch.Queue, 1, TimeSpan.FromSeconds(_options.LeaseSeconds));
            if (leased.Count == 0)
            {
                await Task.Delay(Poll, cancellation).ConfigureAwait(false);
                continue;
            }

            long repository = leased[0];
            bool isDone = false;
            try
            {
                await FetchAsync(repository, cancellation).ConfigureAwait(false);
                isDone = true;
            }
            finally
            {
                if (isDone)
                {
                    _catalog.Complete(SharedFetch.Queue, repository, null);
                }
                else
                {
                    _catalog.Release(SharedFetch.Queue, repository);
                }
            }
        }
    }

    private async Task FetchAsync(long id, CancellationToken cancellation)
    {
        if (_catalog.FindRepository(id) is not { } found)
        {
            return;
        }

        var source = new ForgeRepository(id, found.FullName, _ => found, _transport);
        if (RepositoryOpener.FindFresh(_catalog, _options.RowsHash(), source) is not null)
        {
            return;
        }

        using IOpenRepository open = await source.OpenAsync(cancellation).ConfigureAwait(false);
        if (open is not FetchedGit git)
        {
            return;
        }

        try
        {
            IReadOnlyList<BlobId> ids = await git.TreeAsync(cancellation).ConfigureAwait(false);
            Dictionary<BlobId, long> stored = _catalog.FindContents(ids).ToDictionary(pair => pair.Key, pair => pair.Value.Size);
            await git.FetchAsync([.. ids.Where(id => !stored.ContainsKey(id))], stored, cancellation).ConfigureAwait(false);
            if (git.TryShelve(_shelf))
            {
                Interlocked.Increment(ref _fetched);
            }
        }
        catch (FetchException)
        {
            // The writer meets the same fault, and makes a row of it.
        }
    }
}
