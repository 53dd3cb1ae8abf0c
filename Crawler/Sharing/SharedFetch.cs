using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Sharing;

/// <summary>
/// How the writer uses what other crawlers fetch for it. It takes each repository over when it comes to open it; if another crawler is
/// fetching the repository at that moment, it waits for it. A repository that another crawler fetched saves requests and changes no row:
/// the writer needs the same contents, and fetches those that are missing.
/// </summary>
internal sealed class SharedFetch(ILeases leases, SharedFetchFolder folder)
{
    /// <summary>The queue of repositories to fetch.</summary>
    public const string Queue = "fetch";

    // Short beside the seconds that fetching a repository takes, long beside the milliseconds of a query.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Offers the repositories of a crawl to the other crawlers.</summary>
    public void Publish(IEnumerable<long> repositories, CancellationToken cancellation)
    {
        leases.DropWork(Queue);
        leases.AddWork(Queue, repositories, cancellation);
    }

    /// <summary>
    /// Takes a repository over. Moves what another crawler fetched of it to a path; returns null if no crawler has fetched it.
    /// </summary>
    public async Task<FetchedMirror?> TakeAsync(long repository, string path, CancellationToken cancellation)
    {
        while (!leases.TryTakeOver(Queue, repository))
        {
            await Task.Delay(PollInterval, cancellation).ConfigureAwait(false);
        }

        return folder.TryTake(repository, path);
    }
}
