using System.Runtime.CompilerServices;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>Decides, in the order of the repositories, which repository fetches which content (<see cref="ContentClaims"/>).</summary>
internal sealed class ContentClaimer(ContentClaims claims, Catalog catalog)
{
    /// <summary>Claims the contents of each repository in turn; repositories that are complete (null) are left out.</summary>
    public async IAsyncEnumerable<ClaimedRepository> ClaimAsync(
        IAsyncEnumerable<OpenedRepository?> repositories, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (OpenedRepository? opened in repositories.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (opened is not null)
            {
                ContentClaims.FetchPlan? plan = opened.Contents is null
                    ? null
                    : claims.Claim(opened.Contents, id => catalog.Contents.Find(id).Size);
                yield return new ClaimedRepository(opened with { Contents = null }, plan);
            }
        }
    }
}
