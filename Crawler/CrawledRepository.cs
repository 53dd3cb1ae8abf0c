using DataForge.Corpus;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler;

/// <summary>A repository that the crawl will come to: the first of its four states.</summary>
/// <param name="Position">Its position in the order in which repositories are written, from 0.</param>
/// <param name="Source">The repository as its source found it.</param>
internal sealed record QueuedRepository(long Position, ISourceRepository Source);

/// <summary>A repository that is open.</summary>
/// <param name="Queued">The repository as it was queued.</param>
/// <param name="Repository">The open repository, or a <see cref="FaultyRepository"/> in its place.</param>
/// <param name="Signature">The signature of its snapshot.</param>
/// <param name="Contents">The ids of its contents, each once; null if nothing is fetched.</param>
/// <param name="Fault">Why it could not be fetched; null if it was.</param>
internal sealed record OpenedRepository(
    QueuedRepository Queued, IOpenRepository Repository, string Signature, IReadOnlyList<BlobId>? Contents, FetchException? Fault);

/// <summary>A repository whose contents are divided between it and the other repositories that have them.</summary>
/// <param name="Opened">The open repository; without the list of its contents, which is no longer needed.</param>
/// <param name="Plan">The contents it has to fetch and those it gets elsewhere; null if nothing is fetched.</param>
internal sealed record ClaimedRepository(OpenedRepository Opened, ContentClaims.FetchPlan? Plan);

/// <summary>A repository whose files are known, and its contents fetched.</summary>
/// <param name="Opened">The open repository.</param>
/// <param name="Claimant">The holder of its claims on contents; null if nothing is fetched.</param>
/// <param name="Facts">Its facts, with the number of its snapshot.</param>
/// <param name="Files">All its files, in order.</param>
/// <param name="First">The index of the first file that an earlier crawl did not commit.</param>
internal sealed record ListedRepository(
    OpenedRepository Opened, ContentClaims.Claimant? Claimant, RepositoryFacts Facts, IReadOnlyList<FoundFile> Files, int First)
{
    /// <summary>The signature of its snapshot.</summary>
    public string Signature => Opened.Signature;
}
