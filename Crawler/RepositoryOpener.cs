using DataForge.Crawler.Fetch;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler;

/// <summary>
/// Opens repositories. One that cannot be fetched becomes a row that says so; only a source that the user named and that is wrong stops
/// the crawl.
/// </summary>
internal sealed class RepositoryOpener(RepositoriesInProgress inProgress, int workers) : IDisposable
{
    // Local repositories are limited by disk and processor; remote ones wait for the network, which has limits of its own.
    private readonly SemaphoreSlim _local = new(workers);

    /// <summary>The repositories with their positions, one at a time as the caller has room for them.</summary>
    public async IAsyncEnumerable<QueuedRepository> QueueAsync(IReadOnlyList<ISourceRepository> repositories)
    {
        for (int i = 0; i < repositories.Count; i++)
        {
            inProgress.Budget.Enter(i);
            yield return new QueuedRepository(i, repositories[i]);
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <summary>
    /// Opens a repository, and fetches its tree where its contents have to be fetched. Null where it is unchanged and therefore complete.
    /// </summary>
    public async ValueTask<OpenedRepository?> OpenAsync(QueuedRepository queued, CancellationToken cancellation)
    {
        if (inProgress.TryCompleteUnopened(queued))
        {
            return null;
        }

        if (queued.Source.IsRemote)
        {
            return await OpenChangedAsync(queued, cancellation).ConfigureAwait(false);
        }

        await _local.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await OpenChangedAsync(queued, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _local.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _local.Dispose();

    private async ValueTask<OpenedRepository?> OpenChangedAsync(QueuedRepository queued, CancellationToken cancellation)
    {
        await inProgress.Budget.WaitAsync(queued.Position, cancellation).ConfigureAwait(false);
        OpenedRepository opened = inProgress.Add(queued, await queued.Source.OpenAsync(cancellation).ConfigureAwait(false));
        if (inProgress.TryCompleteUnchanged(opened))
        {
            return null;
        }

        if (opened.Repository is not IFetchedRepository fetched)
        {
            return opened;
        }

        try
        {
            opened = opened with { Contents = await fetched.TreeAsync(cancellation).ConfigureAwait(false) };
            inProgress.Budget.Set(queued.Position, fetched.Weight);
            return opened;
        }
        catch (FetchException e)
        {
            OpenedRepository failed = inProgress.Fail(opened, e);
            return inProgress.TryCompleteUnchanged(failed) ? null : failed;
        }
    }
}
