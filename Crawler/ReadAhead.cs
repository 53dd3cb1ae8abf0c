using System.Buffers;
using System.Runtime.CompilerServices;
using DataForge.Corpus;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>Files of a repository that were read. Dispose it when they are written.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="From">The index of the first of these files among those of the repository.</param>
/// <param name="Files">Their contents, or faults.</param>
/// <param name="Ids">The ids of their contents; null if they were not read.</param>
internal sealed record ReadChunk(ListedRepository Repository, int From, ReadFile[] Files, BlobId?[] Ids) : IDisposable
{
    /// <summary>Whether these are the repository's last files.</summary>
    public bool IsLast => From + Files.Length == Repository.Files.Count;

    /// <summary>Returns the contents' buffers to their pool.</summary>
    public void Dispose()
    {
        foreach (ReadFile file in Files)
        {
            if (file.Buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(file.Buffer);
            }
        }
    }
}

/// <summary>
/// Fetches repositories, and reads and hashes their files, on several threads; the results come in order. A repository passes four steps,
/// each of which runs ahead of the next: it is opened, and its tree fetched (<see cref="RepositoryOpener"/>); its contents are claimed, in
/// order (<see cref="ContentClaimer"/>); they are fetched, and its files listed (<see cref="RepositoryLister"/>); its files are read.
/// </summary>
internal sealed class ReadAhead : IDisposable
{
    // The files that one thread reads at a time: 4 MiB, or 256 files that are smaller, so that the queue's cost per chunk stays small
    // beside reading and hashing it. Up to workers + 1 chunks are in memory, each by one file (at most 1 MiB by default) larger.
    private const int ChunkBytes = 4 << 20;
    private const int ChunkFiles = 256;

    private readonly CrawlOptions _options;
    private readonly int _workers;
    private readonly ContentClaims _claims = new();
    private readonly RepositoriesInProgress _inProgress;
    private readonly RepositoryOpener _opener;
    private readonly ContentClaimer _claimer;
    private readonly RepositoryLister _lister;

    /// <param name="catalog">The catalog.</param>
    /// <param name="options">The options.</param>
    /// <param name="workers">Threads that read.</param>
    /// <param name="progress">What the crawl has done.</param>
    public ReadAhead(Catalog catalog, CrawlOptions options, int workers, CrawlProgress progress)
    {
        (_options, _workers) = (options, workers);
        _inProgress = new RepositoriesInProgress(catalog, options, progress);
        _opener = new RepositoryOpener(_inProgress, workers);
        _claimer = new ContentClaimer(_claims, catalog);
        _lister = new RepositoryLister(_inProgress, _claims, catalog, progress);
    }

    /// <summary>The files of these repositories, in order, without those of unchanged repositories and those committed before.</summary>
    public IAsyncEnumerable<ReadChunk> ReadAsync(IReadOnlyList<ISourceRepository> repositories, CancellationToken cancellation) =>
        OrderedParallel.MapAsync(
            ChunksAsync(repositories, cancellation), _workers + 1, static (chunk, token) => new ValueTask<ReadChunk>(Read(chunk, token)),
            static chunk => chunk.Dispose(), cancellation);

    /// <summary>Closes a repository whose files are written.</summary>
    public void Close(ListedRepository repository) => _inProgress.Close(repository.Opened);

    /// <summary>Completes a repository whose rows are committed: its claims end, and the next crawl need not open it.</summary>
    public void Complete(ListedRepository repository)
    {
        if (repository.Claimant is not null)
        {
            _claims.Drop(repository.Claimant);
        }

        _inProgress.Complete(repository.Opened, repository.Facts.Snapshot);
    }

    /// <summary>Writes the completed repositories to the catalog.</summary>
    public void Flush() => _inProgress.Flush();

    /// <summary>Closes the repositories that an interrupted crawl left open.</summary>
    public void Dispose()
    {
        _inProgress.Dispose();
        _opener.Dispose();
    }

    private async IAsyncEnumerable<(ListedRepository Repository, int From, int To)> ChunksAsync(
        IReadOnlyList<ISourceRepository> repositories, [EnumeratorCancellation] CancellationToken cancellation)
    {
        int ahead = repositories.Any(repository => repository.IsRemote) ? Math.Max(_workers, _options.FetchAhead) : _workers;
        IAsyncEnumerable<OpenedRepository?> opened = OrderedParallel.MapAsync(
            _opener.QueueAsync(repositories), ahead, _opener.OpenAsync, static _ => { }, cancellation);
        IAsyncEnumerable<ListedRepository?> listed = OrderedParallel.MapAsync(
            _claimer.ClaimAsync(opened, cancellation), ahead, _lister.ListAsync, static _ => { }, cancellation);
        await foreach (ListedRepository? repository in listed.ConfigureAwait(false))
        {
            if (repository is null)
            {
                continue;
            }

            // A repository without files gives one empty chunk, so that its snapshot is completed.
            int from = repository.First;
            do
            {
                int to = from;
                for (long bytes = 0; to < repository.Files.Count && to - from < ChunkFiles && bytes < ChunkBytes; to++)
                {
                    FoundFile file = repository.Files[to];
                    bytes += file.Fault is null ? Math.Max(file.Size, file.Weight) : 0;
                }

                yield return (repository, from, to);
                from = to;
            }
            while (from < repository.Files.Count);
        }
    }

    private static ReadChunk Read((ListedRepository Repository, int From, int To) chunk, CancellationToken cancellation)
    {
        int count = chunk.To - chunk.From;
        var read = new ReadChunk(chunk.Repository, chunk.From, new ReadFile[count], new BlobId?[count]);
        try
        {
            for (int i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                FoundFile file = chunk.Repository.Files[chunk.From + i];
                ReadFile content = file.Fault is null
                    ? chunk.Repository.Opened.Repository.Read(file)
                    : ReadFile.Faulty(file.Fault, file.Detail, file.Size);
                read.Files[i] = content;
                read.Ids[i] = content.Buffer is null ? file.BlobId : file.BlobId ?? BlobId.Of(content.Buffer.AsSpan(0, content.Length));
            }

            return read;
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }
}
