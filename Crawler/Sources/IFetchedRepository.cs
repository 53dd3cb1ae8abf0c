using DataForge.Corpus;

namespace DataForge.Crawler.Sources;

/// <summary>
/// A repository whose contents have to be fetched. Its tree comes first; then the crawl says which contents nobody else brings, and only
/// these are fetched. The calls come in this order: <see cref="TreeAsync"/>, <see cref="FetchAsync"/>,
/// <see cref="IOpenRepository.ListAsync"/>, <see cref="IOpenRepository.Read"/>.
/// </summary>
public interface IFetchedRepository : IOpenRepository
{
    /// <summary>Bytes it takes on disk now, and eight for each byte of its listing in memory.</summary>
    long Weight { get; }

    /// <summary>The ids of the contents it would read, each once.</summary>
    /// <exception cref="Fetch.FetchException">The tree cannot be had.</exception>
    ValueTask<IReadOnlyList<BlobId>> TreeAsync(CancellationToken cancellation);

    /// <summary>Fetches contents.</summary>
    /// <param name="wanted">Those it has to bring.</param>
    /// <param name="elsewhere">Those that are in the workspace, or will be when this repository is written, with their bytes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Fetch.FetchException">They cannot be had.</exception>
    ValueTask FetchAsync(IReadOnlyCollection<BlobId> wanted, IReadOnlyDictionary<BlobId, long> elsewhere, CancellationToken cancellation);
}
