using System.Runtime.CompilerServices;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>A repository under way.</summary>
/// <param name="Place">Its place in the order.</param>
/// <param name="Source">As the source found it.</param>
internal sealed record Opened(long Place, ISourceRepository Source)
{
    /// <summary>The repository, or what stands for it where it cannot be had.</summary>
    public IOpenRepository Repository { get; set; } = null!;

    /// <summary>The signature of its snapshot.</summary>
    public string Signature { get; set; } = "";

    /// <summary>The ids of the contents it would have to fetch; null where nothing is fetched.</summary>
    public IReadOnlyList<BlobId>? Contents { get; set; }

    /// <summary>What of them it has to fetch.</summary>
    public Claims.Share? Share { get; set; }

    /// <summary>Why it cannot be had.</summary>
    public FetchException? Fault { get; set; }
}

/// <summary>A repository whose files are crawled: all of them, or those after the rows that an earlier crawl committed.</summary>
/// <param name="Opened">The repository.</param>
/// <param name="Facts">What is known of it, with the number of its snapshot.</param>
/// <param name="Files">All its files, in order.</param>
/// <param name="First">The first of them that is not committed yet.</param>
internal sealed record Work(Opened Opened, RepositoryFacts Facts, IReadOnlyList<FoundFile> Files, int First)
{
    /// <summary>The snapshot's signature.</summary>
    public string Signature => Opened.Signature;
}

/// <summary>
/// Opens, claims and lists repositories. One that cannot be had becomes a row that says so; only a source that the user named and that
/// is wrong stops the crawl.
/// </summary>
internal sealed class RepositoryOpener(Catalog catalog, CrawlOptions options, int workers, CrawlTally tally) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<IOpenRepository> _open = [];
    private readonly List<SettledRepository> _settled = [];
    private readonly SemaphoreSlim _local = new(workers);
    private readonly Claims _claims = new();
    private readonly DiskBudget _budget = new(options.FetchAheadBytes);
    private readonly string _rowsHash = options.RowsHash();

    /// <summary>The repositories with their places. Drawn one by one, as there is room to go ahead.</summary>
    public async IAsyncEnumerable<Opened> InOrderAsync(IReadOnlyList<ISourceRepository> repositories)
    {
        for (int i = 0; i < repositories.Count; i++)
        {
            _budget.Enter(i);
            yield return new Opened(i, repositories[i]);
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <summary>Opens a repository and reads its tree, or its files where nothing is fetched. Null: it is as it was.</summary>
    public async ValueTask<Opened?> OpenAsync(Opened opened, CancellationToken cancellation)
    {
        ISourceRepository source = opened.Source;
        if (FindFresh(catalog, _rowsHash, source) is { } known)
        {
            tally.Add(known);
            _budget.Leave(opened.Place);
            return null;
        }

        if (!source.IsRemote)
        {
            await _local.WaitAsync(cancellation).ConfigureAwait(false);
        }

        try
        {
            await _budget.WaitAsync(opened.Place, cancellation).ConfigureAwait(false);
            Hold(opened, await source.OpenAsync(cancellation).ConfigureAwait(false));
            opened.Fault = (opened.Repository as FaultyRepository)?.Fault;
            if (Unchanged(opened))
            {
                return null;
            }

            if (opened.Repository is IFetchedRepository fetched)
            {
                try
                {
                    opened.Contents = await fetched.TreeAsync(cancellation).ConfigureAwait(false);
                    _budget.Set(opened.Place, fetched.Weight);
                }
                catch (FetchException e)
                {
                    return Fail(opened, e) ? null : opened;
                }
            }

            return opened;
        }
        finally
        {
            if (!source.IsRemote)
            {
                _local.Release();
            }
        }
    }

    /// <summary>Shares out the contents, in order.</summary>
    public async IAsyncEnumerable<Opened> ClaimAsync(
        IAsyncEnumerable<Opened?> repositories, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (Opened? opened in repositories.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (opened is null)
            {
                continue;
            }

            if (opened.Contents is not null)
            {
                opened.Share = _claims.Claim(opened.Contents, id => catalog.FindContent(id).Size);
                opened.Contents = null;
            }

            yield return opened;
        }
    }

    /// <summary>Fetches what a repository has to bring, and lists its files. Null: it is as it was.</summary>
    public async ValueTask<Work?> ListAsync(Opened opened, CancellationToken cancellation)
    {
        Claims.Share? share = opened.Share;
        Dictionary<BlobId, long> stored = [];
        try
        {
            if (share is not null && opened.Repository is IFetchedRepository fetched)
            {
                try
                {
                    await share.SettleAsync(cancellation).ConfigureAwait(false);
                    await _budget.WaitAsync(opened.Place, cancellation).ConfigureAwait(false);
                    await fetched.FetchAsync(share.Wanted, share.Elsewhere, cancellation).ConfigureAwait(false);
                    _budget.Set(opened.Place, fetched.Weight);
                }
                catch (FetchException e)
                {
                    if (Fail(opened, e))
                    {
                        _claims.Drop(share.Claimant);
                        return null;
                    }
                }
            }

            IReadOnlyList<FoundFile> files = await opened.Repository.ListAsync(cancellation).ConfigureAwait(false);
            if (share is not null && opened.Fault is null)
            {
                Promise(share, files, stored);
            }

            SnapshotState? before = catalog.FindSnapshot(opened.Repository.Facts.Id, opened.Signature);

            // A pinned list says which of its crawls a repository's snapshot was; every other source says 1.
            int number = before?.Number ?? Math.Max(catalog.LatestSnapshot(opened.Repository.Facts.Id) + 1, opened.Repository.Facts.Snapshot);
            int first = (int)Math.Min(before?.Rows ?? 0, files.Count);
            tally.Advance(first);
            return new Work(opened, opened.Repository.Facts with { Snapshot = number }, files, first);
        }
        finally
        {
            share?.Claimant.End(stored);
        }
    }

    /// <summary>Closes a repository that is written.</summary>
    public void Close(Opened opened)
    {
        lock (_lock)
        {
            _open.Remove(opened.Repository);
        }

        opened.Repository.Dispose();
        _budget.Leave(opened.Place);
    }

    /// <summary>The rows of a repository are committed: its claims are over, and it is known how fresh they are.</summary>
    public void Committed(Work work)
    {
        if (work.Opened.Share is not null)
        {
            _claims.Drop(work.Opened.Share.Claimant);
        }

        Settle(work.Opened, (work.Facts.Id, work.Facts.Snapshot));
    }

    /// <summary>Writes to the catalog how fresh repositories are, so that the next crawl need not open them. May be late: it only saves work.</summary>
    public void Flush()
    {
        List<SettledRepository> settled;
        lock (_lock)
        {
            settled = [.. _settled];
            _settled.Clear();
        }

        catalog.Settle(settled);
    }

    /// <summary>Closes what an interrupted crawl left open.</summary>
    public void Dispose()
    {
        foreach (IOpenRepository repository in _open)
        {
            repository.Dispose();
        }

        _local.Dispose();
    }

    /// <summary>The snapshot of a repository that is as fresh as it can be, and need not be opened; null where it must.</summary>
    public static (long Repository, int Snapshot)? FindFresh(Catalog catalog, string rowsHash, ISourceRepository source) =>
        source.Freshness is { } freshness
        && catalog.FindSource(FreshnessKey(source), StageHash.Combine(rowsHash, freshness)) is [var known]
            ? known
            : null;

    private static string FreshnessKey(ISourceRepository source) => $"fresh:{source.Id}";

    private string FreshnessSignature(string freshness) => StageHash.Combine(_rowsHash, freshness);

    private void Settle(Opened opened, (long Repository, int Snapshot) snapshot)
    {
        if (!opened.Source.IsRemote)
        {
            return;
        }

        // What may be had another time is asked for again.
        bool isFinal = opened.Fault is not { } fault
            || (!fault.IsTransient && fault.Rule is not (FaultRules.Vanished or FaultRules.Private or FaultRules.Blocked));
        string? signature = isFinal && opened.Source.Freshness is { } freshness ? FreshnessSignature(freshness) : null;
        RepositoryState state = ForgeStates.Of(opened.Repository.Facts, opened.Source.Name, opened.Source.PushedAt, opened.Fault);
        lock (_lock)
        {
            _settled.Add(new SettledRepository(FreshnessKey(opened.Source), signature, snapshot.Snapshot, state));
        }
    }

    private static void Promise(Claims.Share share, IReadOnlyList<FoundFile> files, Dictionary<BlobId, long> stored)
    {
        HashSet<BlobId> brought = [.. share.Wanted];
        foreach (FoundFile file in files)
        {
            if (file.Fault is null && file.BlobId is { } id && brought.Contains(id))
            {
                stored[id] = file.Size;
            }
        }
    }

    private void Hold(Opened opened, IOpenRepository repository)
    {
        lock (_lock)
        {
            if (opened.Repository is not null)
            {
                _open.Remove(opened.Repository);
            }

            _open.Add(repository);
        }

        opened.Repository = repository;
        opened.Signature = StageHash.Combine(_rowsHash, repository.Signature);
    }

    // A repository that cannot be had; true where it could not be had before, in the same way.
    private bool Fail(Opened opened, FetchException fault)
    {
        IOpenRepository failed = opened.Repository;
        Hold(opened, new FaultyRepository(failed.Facts, fault));
        failed.Dispose();
        _budget.Set(opened.Place, 0);
        opened.Fault = fault;
        return Unchanged(opened);
    }

    private bool Unchanged(Opened opened)
    {
        if (catalog.FindSnapshot(opened.Repository.Facts.Id, opened.Signature) is not { IsComplete: true } before)
        {
            return false;
        }

        tally.Add((before.Repository, before.Number));
        tally.Advance(before.Rows);
        Settle(opened, (before.Repository, before.Number));
        Close(opened);
        return true;
    }
}
