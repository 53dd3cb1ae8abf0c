using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>
/// One crawl: repositories in order of their numbers, their files in order of their paths, into raw parts. Listing and reading run ahead
/// on several threads (<see cref="ReadAhead"/>); what they bring is written by one, in order (<see cref="PartSequence"/>), so that parts
/// depend on content alone.
/// </summary>
internal sealed class Crawl(StageContext context, Catalog catalog, CrawlOptions options, ScanContext scan, WorkspaceOptOuts optOuts) : IDisposable
{
    // So many repositories in a row that do not answer are a network that does not.
    private const int MaxUnreachable = 50;

    private readonly List<IDisposable> _held = [];

    /// <summary>Repositories found and passed by, because they asked to be left out.</summary>
    public int OptedOut { get; private set; }

    /// <summary>Queries of the ledger whose rounds are over when the run has its input.</summary>
    public List<string> Queries { get; } = [];

    /// <summary>Crawls, and returns the snapshot of each repository of these sources, in order.</summary>
    public async Task<IReadOnlyList<(long Repository, int Snapshot)>> RunAsync(
        IReadOnlyList<ISource> sources, CancellationToken cancellation)
    {
        var tally = new CrawlTally();
        List<(ISourceRepository Repository, ISource Source)> repositories = [];
        List<(ISource Source, string Key, string Signature)> whole = [];
        List<(ISource Source, Action<IReadOnlyList<(long, int)>> Finished)> finished = [];
        long total = 0;
        foreach (ISource source in sources)
        {
            (string Key, string Signature)? known = source.WholeSignature(options);
            string signature = known is null ? "" : StageHash.Combine(options.RowsHash(), known.Value.Signature);
            if (known is not null && catalog.FindSource(known.Value.Key, signature) is { } unchanged)
            {
                unchanged.ForEach(tally.Add);
                continue;
            }

            SourceScan found = await source.ScanAsync(scan, cancellation).ConfigureAwait(false);
            if (found.Held is not null)
            {
                _held.Add(found.Held);
            }

            List<ISourceRepository> wanted = [.. found.Repositories.Where(repository => !optOuts.Covers(repository.Id, repository.Name))];
            OptedOut += found.Repositories.Count - wanted.Count;
            repositories.AddRange(wanted.Select(repository => (repository, source)));
            total = total < 0 || found.Files < 0 ? -1 : total + found.Files;
            if (known is not null)
            {
                whole.Add((source, known.Value.Key, signature));
            }

            Queries.AddRange(found.Queries);
            if (found.Finished is not null)
            {
                finished.Add((source, found.Finished));
            }
        }

        if (OptedOut > 0)
        {
            context.Events.Write(Note.Information($"{OptedOut} {(OptedOut == 1 ? "repository" : "repositories")} of these sources asked to be left out and {(OptedOut == 1 ? "is" : "are")} not crawled"));
        }

        repositories.Sort(static (left, right) => left.Repository.Id.CompareTo(right.Repository.Id));
        CheckDistinct(repositories);

        // How many files a forge's repositories have is known when they are there.
        using StageProgress progress = context.Progress("crawl", total < 0 ? "repositories" : "files", total < 0 ? repositories.Count : total);
        tally.Show(progress, byFiles: total >= 0);
        await WriteAllAsync([.. repositories.Select(item => item.Repository)], tally, cancellation).ConfigureAwait(false);
        progress.SetTotal(total < 0 ? repositories.Count : tally.Files);

        List<(long Repository, int Snapshot)> snapshots = tally.Snapshots();
        List<(long Repository, int Snapshot)> Of(ISource source)
        {
            HashSet<long> ids = [.. repositories.Where(item => item.Source == source).Select(item => item.Repository.Id)];
            return [.. snapshots.Where(snapshot => ids.Contains(snapshot.Repository))];
        }

        whole.ForEach(item => catalog.SetSource(item.Key, item.Signature, Of(item.Source)));
        finished.ForEach(item => item.Finished(Of(item.Source)));
        return snapshots;
    }

    /// <summary>Lets go of what the sources hold.</summary>
    public void Dispose() => _held.ForEach(held => held.Dispose());

    private async Task WriteAllAsync(IReadOnlyList<ISourceRepository> repositories, CrawlTally tally, CancellationToken cancellation)
    {
        using var ahead = new ReadAhead(catalog, options, context.Workers, tally);
        using var parts = new PartSequence(context, catalog, options, tally);
        List<Work> written = [];
        int unreachable = 0;
        await foreach (ReadChunk chunk in ahead.ReadAsync(repositories, cancellation).ConfigureAwait(false))
        {
            int commits = parts.Commits;
            using (chunk)
            {
                parts.Write(chunk, cancellation);
            }

            // A part that ends within a repository holds all rows of those before it.
            if (parts.Commits > commits)
            {
                Committed(ahead, written);
            }

            if (chunk.IsLast)
            {
                ahead.Close(chunk.Work);
                written.Add(chunk.Work);
                unreachable = CheckReachable(chunk.Work, unreachable);
            }
        }

        parts.Commit();
        Committed(ahead, written);
    }

    private static void Committed(ReadAhead ahead, List<Work> written)
    {
        written.ForEach(ahead.Committed);
        written.Clear();
        ahead.Flush();
    }

    // One that cannot be had is a row. When none can be had any more it is not their fault, and rows would say that it is.
    private static int CheckReachable(Work work, int before)
    {
        int count = work.Opened.Fault is { IsTransient: true } ? before + 1 : 0;
        return count < MaxUnreachable
            ? count
            : throw new DataForgeException(
                $"{count} repositories in a row could not be had (the last one: {work.Facts.Name}, {work.Opened.Fault!.Message}): see that the forge can be reached, then run the same command again.");
    }

    private static void CheckDistinct(List<(ISourceRepository Repository, ISource Source)> repositories)
    {
        for (int i = 1; i < repositories.Count; i++)
        {
            (ISourceRepository Repository, ISource Source) one = repositories[i - 1];
            (ISourceRepository Repository, ISource Source) other = repositories[i];
            if (one.Repository.Id == other.Repository.Id)
            {
                throw DataForgeException.Usage(
                    $"{one.Source.Text} and {other.Source.Text} both hold a repository '{other.Repository.Name}': crawl them into two workspaces.");
            }
        }
    }
}

/// <summary>What a crawl has done so far. Safe from several threads.</summary>
internal sealed class CrawlTally
{
    private readonly Lock _lock = new();
    private readonly List<(long Repository, int Snapshot)> _snapshots = [];
    private long _files;
    private StageProgress? _byFiles;
    private StageProgress? _byRepositories;

    /// <summary>Files done.</summary>
    public long Files => Interlocked.Read(ref _files);

    /// <summary>Shows from now on what is done, by files or by repositories.</summary>
    public void Show(StageProgress progress, bool byFiles) =>
        (_byFiles, _byRepositories) = (byFiles ? progress : null, byFiles ? null : progress);

    /// <summary>States that a repository's snapshot is whole.</summary>
    public void Add((long Repository, int Snapshot) snapshot)
    {
        lock (_lock)
        {
            _snapshots.Add(snapshot);
        }

        _byRepositories?.Advance(1);
    }

    /// <summary>States that so many more files are done.</summary>
    public void Advance(long files)
    {
        Interlocked.Add(ref _files, files);
        _byFiles?.Advance(files);
    }

    /// <summary>The snapshots, in order of the repositories' numbers.</summary>
    public List<(long Repository, int Snapshot)> Snapshots()
    {
        lock (_lock)
        {
            _snapshots.Sort();
            return [.. _snapshots];
        }
    }
}
