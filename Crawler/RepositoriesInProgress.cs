using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>
/// The repositories that the crawl has begun and not yet committed: closes each of them, bounds the disk space of all, and records the
/// completed ones in the catalog. Safe from several threads.
/// </summary>
internal sealed class RepositoriesInProgress(Catalog catalog, CrawlOptions options, CrawlProgress progress) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<IOpenRepository> _open = [];
    private readonly List<CompletedRepository> _completed = [];
    private readonly string _rowsHash = options.RowsHash();

    /// <summary>The bound on disk space.</summary>
    public DiskBudget Budget { get; } = new(options.FetchAheadBytes);

    /// <summary>
    /// The snapshot of a repository that was not pushed to since it was crawled, and need not be opened; null if it must be.
    /// </summary>
    public static (long Repository, int Snapshot)? FindUnchanged(Catalog catalog, string rowsHash, ISourceRepository source) =>
        source.Freshness is { } freshness
        && catalog.Sources.Find(SourceKey(source), StageHash.Combine(rowsHash, freshness)) is [var known]
            ? known
            : null;

    /// <summary>Completes a repository that need not be opened. Returns false if it must be.</summary>
    public bool TryCompleteUnopened(QueuedRepository queued)
    {
        if (FindUnchanged(catalog, _rowsHash, queued.Source) is not { } known)
        {
            return false;
        }

        progress.AddSnapshot(known);
        Budget.Leave(queued.Position);
        return true;
    }

    /// <summary>Adds a repository that was opened.</summary>
    public OpenedRepository Add(QueuedRepository queued, IOpenRepository repository)
    {
        lock (_lock)
        {
            _open.Add(repository);
        }

        string signature = StageHash.Combine(_rowsHash, repository.Signature);
        return new OpenedRepository(queued, repository, signature, Contents: null, (repository as FaultyRepository)?.Fault);
    }

    /// <summary>
    /// Closes a repository that could not be fetched. Returns the one that takes its place, with the fault as its only row.
    /// </summary>
    public OpenedRepository Fail(OpenedRepository opened, FetchException fault)
    {
        OpenedRepository failed = Add(opened.Queued, new FaultyRepository(opened.Repository.Facts, fault));
        lock (_lock)
        {
            _open.Remove(opened.Repository);
        }

        opened.Repository.Dispose();
        Budget.Set(opened.Queued.Position, 0);
        return failed;
    }

    /// <summary>Completes and closes a repository that has a complete snapshot already. Returns false if it has none.</summary>
    public bool TryCompleteUnchanged(OpenedRepository opened)
    {
        if (catalog.Snapshots.Find(opened.Repository.Facts.Id, opened.Signature) is not { IsComplete: true } before)
        {
            return false;
        }

        progress.AddSnapshot((before.Repository, before.Number));
        progress.AddFiles(before.Rows);
        Complete(opened, before.Number);
        Close(opened);
        return true;
    }

    /// <summary>Closes a repository whose files are written, or need not be.</summary>
    public void Close(OpenedRepository opened)
    {
        lock (_lock)
        {
            _open.Remove(opened.Repository);
        }

        opened.Repository.Dispose();
        Budget.Leave(opened.Queued.Position);
    }

    /// <summary>Notes that all rows of a repository's snapshot are committed.</summary>
    public void Complete(OpenedRepository opened, int snapshot)
    {
        ISourceRepository source = opened.Queued.Source;
        if (!source.IsRemote)
        {
            return;
        }

        // A fault that may pass, and a repository that may come back, are requested again by the next crawl.
        bool isFinal = opened.Fault is not { } fault
            || (!fault.IsTransient && fault.Rule is not (RuleNames.Vanished or RuleNames.Private or RuleNames.Blocked));
        string? signature = isFinal && source.Freshness is { } freshness ? StageHash.Combine(_rowsHash, freshness) : null;
        RepositoryState state = ForgeStates.Of(opened.Repository.Facts, source.Name, source.PushedAt, opened.Fault);
        lock (_lock)
        {
            _completed.Add(new CompletedRepository(SourceKey(source), signature, snapshot, state));
        }
    }

    /// <summary>
    /// Writes the completed repositories to the catalog, so that the next crawl need not open them. This only saves work, so it may be
    /// late, or lost in a crash.
    /// </summary>
    public void Flush()
    {
        List<CompletedRepository> completed;
        lock (_lock)
        {
            completed = [.. _completed];
            _completed.Clear();
        }

        catalog.Sources.AddCompleted(completed);
    }

    /// <summary>Closes the repositories that an interrupted crawl left open.</summary>
    public void Dispose()
    {
        foreach (IOpenRepository repository in _open)
        {
            repository.Dispose();
        }
    }

    private static string SourceKey(ISourceRepository source) => $"fresh:{source.Id}";
}
