using DataForge.Corpus;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>Fetches the contents that a repository has claimed, and lists its files.</summary>
internal sealed class RepositoryLister(RepositoriesInProgress inProgress, ContentClaims claims, Catalog catalog, CrawlProgress progress)
{
    /// <summary>
    /// Fetches and lists a repository. Null where it could not be fetched, as in the last crawl, and is therefore complete.
    /// </summary>
    public async ValueTask<ListedRepository?> ListAsync(ClaimedRepository claimed, CancellationToken cancellation)
    {
        ContentClaims.FetchPlan? plan = claimed.Plan;
        Dictionary<BlobId, long> stored = [];
        try
        {
            OpenedRepository opened = plan is not null && claimed.Opened.Repository is IFetchedRepository fetched
                ? await FetchAsync(claimed.Opened, fetched, plan, cancellation).ConfigureAwait(false)
                : claimed.Opened;
            if (!ReferenceEquals(opened, claimed.Opened) && inProgress.TryCompleteUnchanged(opened))
            {
                claims.Drop(plan!.Claimant);
                return null;
            }

            IReadOnlyList<FoundFile> files = await opened.Repository.ListAsync(cancellation).ConfigureAwait(false);
            if (plan is not null && opened.Fault is null)
            {
                stored = FetchedContents(plan, files);
            }

            return Listed(opened, plan?.Claimant, files);
        }
        finally
        {
            // Repositories that wait for these contents continue; those that are not stored they fetch themselves.
            plan?.Claimant.Complete(stored);
        }
    }

    // Returns the same repository, or the one that takes its place where the fetch failed.
    private async ValueTask<OpenedRepository> FetchAsync(
        OpenedRepository opened, IFetchedRepository fetched, ContentClaims.FetchPlan plan, CancellationToken cancellation)
    {
        try
        {
            await plan.ResolvePendingAsync(cancellation).ConfigureAwait(false);
            await inProgress.Budget.WaitAsync(opened.Queued.Position, cancellation).ConfigureAwait(false);
            await fetched.FetchAsync(plan.Wanted, plan.Elsewhere, cancellation).ConfigureAwait(false);
            inProgress.Budget.Set(opened.Queued.Position, fetched.Weight);
            return opened;
        }
        catch (FetchException e)
        {
            return inProgress.Fail(opened, e);
        }
    }

    private ListedRepository Listed(OpenedRepository opened, ContentClaims.Claimant? claimant, IReadOnlyList<FoundFile> files)
    {
        RepositoryFacts facts = opened.Repository.Facts;
        SnapshotState? before = catalog.Snapshots.Find(facts.Id, opened.Signature);

        // A pinned list gives the number of a repository's snapshot; every other source gives 1.
        int number = before?.Number ?? Math.Max(catalog.Snapshots.LatestNumber(facts.Id) + 1, facts.Snapshot);
        int first = (int)Math.Min(before?.Rows ?? 0, files.Count);
        progress.AddFiles(first);
        return new ListedRepository(opened, claimant, facts with { Snapshot = number }, files, first);
    }

    // The contents that will be stored when the repository is written, with their sizes.
    private static Dictionary<BlobId, long> FetchedContents(ContentClaims.FetchPlan plan, IReadOnlyList<FoundFile> files)
    {
        HashSet<BlobId> fetched = [.. plan.Wanted];
        Dictionary<BlobId, long> stored = [];
        foreach (FoundFile file in files)
        {
            if (file.Fault is null && file.BlobId is { } id && fetched.Contains(id))
            {
                stored[id] = file.Size;
            }
        }

        return stored;
    }
}
