using DataForge.Corpus;

namespace DataForge.Crawler.Sources;

/// <summary>
/// A repository whose contents have to be fetched. Its tree is fetched first; then the crawl decides which contents no other repository
/// brings, and only these are fetched. The methods are called in this order: <see cref="TreeAsync"/>, <see cref="FetchAsync"/>,
/// <see cref="IOpenRepository.ListAsync"/>, <see cref="IOpenRepository.Read"/>.
/// </summary>
public interface IFetchedRepository : IOpenRepository
{
    /// <summary>
    /// The bytes it uses on disk now, plus eight for each byte of its listing in memory: memory is scarcer than disk space.
    /// </summary>
    long Weight { get; }

    /// <summary>Fetches the tree. Returns the ids of the contents it has, each once.</summary>
    /// <exception cref="Fetch.FetchException">The tree cannot be fetched.</exception>
    ValueTask<IReadOnlyList<BlobId>> TreeAsync(CancellationToken cancellation);

    /// <summary>Fetches contents.</summary>
    /// <param name="wanted">The contents to fetch.</param>
    /// <param name="elsewhere">
    /// The contents that the workspace stores, or will store when this repository is written, with their sizes in bytes.
    /// </param>
    /// <param name="cancellation">Cancels the fetch.</param>
    /// <exception cref="Fetch.FetchException">They cannot be fetched.</exception>
    ValueTask FetchAsync(IReadOnlyCollection<BlobId> wanted, IReadOnlyDictionary<BlobId, long> elsewhere, CancellationToken cancellation);
}
