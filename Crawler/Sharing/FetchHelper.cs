using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Sharing;

/// <summary>
/// A crawler that waits for its turn to write, and fetches meanwhile for the writer: it leases repositories, fetches them with the
/// contents that no committed part has, and puts them into the shared folder. It does not report a repository that it cannot fetch; the
/// writer tries again and decides.
/// </summary>
internal sealed class FetchHelper : IDisposable
{
    // Repositories under way at a time. The transport limits the transfers; twice the number with which it begins (FetchGate: 8) keeps it
    // busy while others wait for a lease or walk a tree.
    private const int Loops = 16;

    // Between two looks at an empty queue or a full folder.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly Catalog _catalog;
    private readonly CrawlOptions _options;
    private readonly SharedFetchFolder _shared;
    private readonly string _folder;
    private readonly ForgeTransport _transport;
    private int _fetched;

    /// <param name="context">The clock and events.</param>
    /// <param name="catalog">The shared catalog.</param>
    /// <param name="options">The options.</param>
    /// <param name="handlers">Creates the handlers that send HTTP requests.</param>
    /// <param name="shared">The folder in which the writer looks.</param>
    /// <param name="folder">A folder of this helper, on the same disk as the shared one.</param>
    public FetchHelper(
        StageContext context, Catalog catalog, CrawlOptions options, IHttpHandlerFactory handlers, SharedFetchFolder shared, string folder)
    {
        (_catalog, _options, _shared, _folder) = (catalog, options, shared, folder);
        Directory.CreateDirectory(folder);
        string scratch = Directory.CreateDirectory(Path.Combine(folder, "scratch")).FullName;
        _transport = GitHubSource.OpenTransport(new ScanContext(options, scratch, folder, id => catalog.Contents.Find(id).Size)
        {
            Time = context.Time, Handlers = handlers, WriteNote = context.Events.Write,
            WriteBudget = context.Events.Write, Catalog = catalog,
        });
    }

    /// <summary>Repositories it has put into the shared folder.</summary>
    public int Fetched => _fetched;

    /// <summary>Helps until it is cancelled, and releases its leases then.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            IEnumerable<Task> loops = Enumerable.Range(0, Loops).Select(_ => Task.Run(() => LoopAsync(cancellation), cancellation));
            await Task.WhenAll(loops).ConfigureAwait(false);
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
        TimeSpan lease = TimeSpan.FromSeconds(_options.LeaseSeconds);
        while (true)
        {
            IReadOnlyList<long> leased = _shared.IsFull(2 * _options.FetchAhead, _options.FetchAheadBytes)
                ? []
                : _catalog.Leases.TryLeaseRepositories(SharedFetch.Queue, 1, lease);
            if (leased.Count == 0)
            {
                await Task.Delay(PollInterval, cancellation).ConfigureAwait(false);
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
                    _catalog.Leases.Complete(SharedFetch.Queue, repository, null);
                }
                else
                {
                    _catalog.Leases.Release(SharedFetch.Queue, repository);
                }
            }
        }
    }

    private async Task FetchAsync(long id, CancellationToken cancellation)
    {
        if (_catalog.Discovered.Find(id) is not { } found)
        {
            return;
        }

        var source = new ForgeRepository(id, found.FullName, _ => found, _transport);
        if (RepositoriesInProgress.FindUnchanged(_catalog, _options.RowsHash(), source) is not null)
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
            Dictionary<BlobId, long> stored = _catalog.Contents.FindMany(ids).ToDictionary(pair => pair.Key, pair => pair.Value.Size);
            await git.FetchAsync([.. ids.Where(id => !stored.ContainsKey(id))], stored, cancellation).ConfigureAwait(false);
            if (git.TryMoveTo(_shared))
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
