using System.Buffers;
using System.Runtime.CompilerServices;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>A repository whose files are crawled: all of them, or those after the rows that an earlier crawl committed.</summary>
/// <param name="Open">The repository.</param>
/// <param name="Facts">What is known of it, with the number of its snapshot.</param>
/// <param name="Signature">The snapshot's signature.</param>
/// <param name="Files">All its files, in order.</param>
/// <param name="First">The first of them that is not committed yet.</param>
internal sealed record Work(IOpenRepository Open, RepositoryFacts Facts, string Signature, IReadOnlyList<FoundFile> Files, int First);

/// <summary>A piece of a repository, read: files <paramref name="From"/> and on, with their contents and ids. Dispose it when written.</summary>
internal sealed record ReadChunk(Work Work, int From, ReadFile[] Files, BlobId?[] Ids) : IDisposable
{
    /// <summary>Whether the repository ends with it.</summary>
    public bool IsLast => From + Files.Length == Work.Files.Count;

    /// <summary>Gives the contents' buffers back.</summary>
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

/// <summary>Opens and lists repositories, and reads and hashes their files, on several threads; what comes out is in order.</summary>
internal sealed class ReadAhead(Catalog catalog, CrawlOptions options, int workers, CrawlTally tally) : IDisposable
{
    // What one thread reads at a time. Up to workers + 1 chunks, each with one file more, are in memory.
    private const int ChunkBytes = 4 << 20;
    private const int ChunkFiles = 256;

    private readonly Lock _lock = new();
    private readonly HashSet<IOpenRepository> _open = [];
    private readonly string _rowsHash = options.RowsHash();

    /// <summary>The files of these repositories, in order, without those of unchanged repositories and those committed before.</summary>
    public IAsyncEnumerable<ReadChunk> ReadAsync(IReadOnlyList<ISourceRepository> repositories, CancellationToken cancellation) =>
        OrderedParallel.MapAsync(
            ChunksAsync(repositories, cancellation), workers + 1, static (chunk, token) => new ValueTask<ReadChunk>(Read(chunk, token)),
            static chunk => chunk.Dispose(), cancellation);

    /// <summary>Closes a repository that is written.</summary>
    public void Close(IOpenRepository repository)
    {
        lock (_lock)
        {
            _open.Remove(repository);
        }

        repository.Dispose();
    }

    /// <summary>Closes what an interrupted crawl left open.</summary>
    public void Dispose()
    {
        foreach (IOpenRepository repository in _open)
        {
            repository.Dispose();
        }
    }

    private async IAsyncEnumerable<(Work Work, int From, int To)> ChunksAsync(
        IReadOnlyList<ISourceRepository> repositories, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IAsyncEnumerable<Work?> works = OrderedParallel.MapAsync(
            repositories.ToAsyncEnumerable(), workers, OpenAsync, static _ => { }, cancellation);
        await foreach (Work? work in works.ConfigureAwait(false))
        {
            if (work is null)
            {
                continue;
            }

            // A repository without files gives one empty chunk, so that it comes to its end.
            int from = work.First;
            do
            {
                int to = from;
                for (long bytes = 0; to < work.Files.Count && to - from < ChunkFiles && bytes < ChunkBytes; to++)
                {
                    FoundFile file = work.Files[to];
                    bytes += file.Fault is null ? Math.Max(file.Size, file.Weight) : 0;
                }

                yield return (work, from, to);
                from = to;
            }
            while (from < work.Files.Count);
        }
    }

    // Null: the repository is as it was, and nothing of it is read.
    private async ValueTask<Work?> OpenAsync(ISourceRepository repository, CancellationToken cancellation)
    {
        IOpenRepository open = await repository.OpenAsync(cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            _open.Add(open);
        }

        string signature = StageHash.Combine(_rowsHash, open.Signature);
        SnapshotState? before = catalog.FindSnapshot(open.Facts.Id, signature);
        if (before is { IsComplete: true })
        {
            tally.Add((before.Repository, before.Number));
            tally.Advance(before.Rows);
            Close(open);
            return null;
        }

        IReadOnlyList<FoundFile> files = await open.ListAsync(cancellation).ConfigureAwait(false);
        int number = before?.Number ?? catalog.LatestSnapshot(open.Facts.Id) + 1;
        int first = (int)Math.Min(before?.Rows ?? 0, files.Count);
        tally.Advance(first);
        return new Work(open, open.Facts with { Snapshot = number }, signature, files, first);
    }

    private static ReadChunk Read((Work Work, int From, int To) chunk, CancellationToken cancellation)
    {
        var read = new ReadChunk(chunk.Work, chunk.From, new ReadFile[chunk.To - chunk.From], new BlobId?[chunk.To - chunk.From]);
        try
        {
            for (int i = 0; i < read.Files.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                FoundFile file = chunk.Work.Files[chunk.From + i];
                ReadFile content = file.Fault is null ? chunk.Work.Open.Read(file) : ReadFile.Faulty(file.Fault, file.Detail, file.Size);
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
