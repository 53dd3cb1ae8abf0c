using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>
/// One crawl: writes repositories in order of their ids, and their files in order of their paths, into raw parts. Fetching and reading
/// run ahead on several threads (<see cref="ReadAhead"/>); one thread writes the results, in order (<see cref="PartSequence"/>), so that
/// parts depend only on the contents.
/// </summary>
internal sealed class Crawl(
    StageContext context, Catalog catalog, CrawlOptions options, ScanContext scan, WorkspaceOptOuts optOuts) : IDisposable
{
    // This many repositories in a row that cannot be reached mean that the network or the forge is down. Even if every second repository
    // were unreachable independently, 50 in a row would have a probability of 2^-50, about 1e-15; a crawl has at most some million
    // repositories.
    private const int MaxUnreachable = 50;

    private readonly List<IDisposable> _heldBySources = [];

    /// <summary>Repositories that were found and skipped because they opted out.</summary>
    public int OptedOut { get; private set; }

    /// <summary>Queries of the ledger whose rounds end when the run has its input.</summary>
    public List<string> Queries { get; } = [];

    /// <summary>Crawls these sources. Returns the snapshot of each of their repositories, in order of the ids.</summary>
    public async Task<IReadOnlyList<(long Repository, int Snapshot)>> RunAsync(
        IReadOnlyList<ISource> sources, CancellationToken cancellation)
    {
        var done = new CrawlProgress();
        List<(ISourceRepository Repository, ISource Source)> repositories = [];
        List<ScannedSource> scanned = [];
        foreach (ISource source in sources)
        {
            if (await ScanAsync(source, repositories, done, cancellation).ConfigureAwait(false) is { } found)
            {
                scanned.Add(found);
            }
        }

        ReportOptedOut();
        repositories.Sort(static (left, right) => left.Repository.Id.CompareTo(right.Repository.Id));
        CheckDistinct(repositories);

        // The number of files of a forge's repositories is known only when they are fetched.
        bool byFiles = scanned.TrueForAll(found => found.Files >= 0);
        long total = byFiles ? scanned.Sum(found => found.Files) : repositories.Count;
        using StageProgress progress = context.Progress(StageNames.Crawl, byFiles ? "files" : "repositories", total);
        done.ReportTo(progress, byFiles);
        await WriteAllAsync([.. repositories.Select(item => item.Repository)], done, cancellation).ConfigureAwait(false);
        progress.SetTotal(byFiles ? done.Files : repositories.Count);

        List<(long Repository, int Snapshot)> snapshots = done.Snapshots();
        foreach (ScannedSource found in scanned)
        {
            Complete(found, repositories, snapshots);
        }

        return snapshots;
    }

    /// <summary>Releases what the sources hold.</summary>
    public void Dispose() => _heldBySources.ForEach(held => held.Dispose());

    // Adds a source's repositories to the list. Null if the source is unchanged; its snapshots are then recorded already.
    private async Task<ScannedSource?> ScanAsync(
        ISource source, List<(ISourceRepository Repository, ISource Source)> repositories, CrawlProgress done,
        CancellationToken cancellation)
    {
        (string Key, string Signature)? whole = source.WholeSignature(options) is { } known
            ? (known.Key, StageHash.Combine(options.RowsHash(), known.Signature))
            : null;
        if (whole is { } signed && catalog.Sources.Find(signed.Key, signed.Signature) is { } unchanged)
        {
            unchanged.ForEach(done.AddSnapshot);
            return null;
        }

        SourceScan found = await source.ScanAsync(scan, cancellation).ConfigureAwait(false);
        if (found.Held is not null)
        {
            _heldBySources.Add(found.Held);
        }

        foreach (ISourceRepository repository in found.Repositories)
        {
            if (optOuts.Covers(repository.Id, repository.Name))
            {
                OptedOut++;
            }
            else
            {
                repositories.Add((repository, source));
            }
        }

        Queries.AddRange(found.Queries);
        return new ScannedSource(source, found.Files, whole, found.Finished);
    }

    // Records the snapshots of a source's repositories.
    private void Complete(
        ScannedSource scanned, List<(ISourceRepository Repository, ISource Source)> repositories,
        List<(long Repository, int Snapshot)> snapshots)
    {
        if (scanned.Whole is null && scanned.Finished is null)
        {
            return;
        }

        HashSet<long> ids = [.. repositories.Where(item => item.Source == scanned.Source).Select(item => item.Repository.Id)];
        List<(long Repository, int Snapshot)> own = [.. snapshots.Where(snapshot => ids.Contains(snapshot.Repository))];
        if (scanned.Whole is { } whole)
        {
            catalog.Sources.Set(whole.Key, whole.Signature, own);
        }

        scanned.Finished?.Invoke(own);
    }

    private void ReportOptedOut()
    {
        if (OptedOut > 0)
        {
            string repositories = OptedOut == 1 ? "repository" : "repositories";
            string are = OptedOut == 1 ? "is" : "are";
            context.Events.Write(
                Note.Information($"{OptedOut} {repositories} of these sources asked to be left out and {are} not crawled"));
        }
    }

    private async Task WriteAllAsync(IReadOnlyList<ISourceRepository> repositories, CrawlProgress done, CancellationToken cancellation)
    {
        using var ahead = new ReadAhead(catalog, options, context.Workers, done);
        using var parts = new PartSequence(context, catalog, options, done);
        List<ListedRepository> written = [];
        int unreachable = 0;
        await foreach (ReadChunk chunk in ahead.ReadAsync(repositories, cancellation).ConfigureAwait(false))
        {
            int commits = parts.Commits;
            using (chunk)
            {
                parts.Write(chunk, cancellation);
            }

            // A part that ends within a repository contains all rows of the repositories before it.
            if (parts.Commits > commits)
            {
                CompleteCommitted(ahead, written);
            }

            if (chunk.IsLast)
            {
                ahead.Close(chunk.Repository);
                written.Add(chunk.Repository);
                unreachable = CheckReachable(chunk.Repository, unreachable);
            }
        }

        parts.Commit();
        CompleteCommitted(ahead, written);
    }

    private static void CompleteCommitted(ReadAhead ahead, List<ListedRepository> written)
    {
        written.ForEach(ahead.Complete);
        written.Clear();
        ahead.Flush();
    }

    // A repository that cannot be fetched becomes a row. If none can be fetched any more, the repositories are not the cause, and rows
    // would wrongly say so.
    private static int CheckReachable(ListedRepository repository, int before)
    {
        FetchException? fault = repository.Opened.Fault;
        int count = fault is { IsTransient: true } ? before + 1 : 0;
        return count < MaxUnreachable
            ? count
            : throw new DataForgeException(
                $"{count} repositories in a row could not be fetched (the last one: {repository.Facts.Name}, {fault!.Message}): "
                + "check that the forge can be reached, then run the same command again.");
    }

    private static void CheckDistinct(List<(ISourceRepository Repository, ISource Source)> repositories)
    {
        for (int i = 1; i < repositories.Count; i++)
        {
            (ISourceRepository repository, ISource source) = repositories[i - 1];
            (ISourceRepository next, ISource nextSource) = repositories[i];
            if (repository.Id == next.Id)
            {
                throw DataForgeException.Usage(
                    $"{source.Text} and {nextSource.Text} both have a repository '{next.Name}': crawl them into two workspaces.");
            }
        }
    }

    // A source that was scanned. Files: −1 where unknown. Whole: the key and signature under which it need not be scanned again; null where
    // it has none.
    private sealed record ScannedSource(
        ISource Source, long Files, (string Key, string Signature)? Whole,
        Action<IReadOnlyList<(long Repository, int Snapshot)>>? Finished);
}
