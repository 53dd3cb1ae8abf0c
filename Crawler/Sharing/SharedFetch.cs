using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Sharing;

/// <summary>
/// What the crawler that writes sees of the others' help. It takes each repository for itself as its turn to be opened comes; where
/// another is fetching it just then, it waits for that. What it finds on the shelf saves it the journey and changes no row: the contents
/// it wants are the same, and those that the shelf lacks it fetches as ever.
/// </summary>
internal sealed class SharedFetch(ILeases leases, Shelf shelf)
{
    /// <summary>The queue of repositories to be fetched.</summary>
    public const string Queue = "fetch";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Lets the others know what is to be fetched.</summary>
    public void Publish(IEnumerable<long> repositories, CancellationToken cancellation)
    {
        leases.DropWork(Queue);
        leases.AddWork(Queue, repositories, cancellation);
    }

    /// <summary>Takes a repository for itself: what another brought, moved into a folder, or null where nobody did.</summary>
    public async Task<Shelved?> TakeAsync(long repository, string into, CancellationToken cancellation)
    {
        while (!leases.TryTakeOver(Queue, repository))
        {
            await Task.Delay(Poll, cancellation).ConfigureAwait(false);
        }

        return shelf.TryTake(repository, into);
    }
}
