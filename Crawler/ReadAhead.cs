using System.Buffers;
using System.Runtime.CompilerServices;
using DataForge.Corpus;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

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

/// <summary>
/// Brings repositories, and reads and hashes their files, on several threads; what comes out is in order. A repository goes through
/// four steps, each of them ahead of the next: opened, with its tree; its contents claimed, in order; fetched and listed; read.
/// </summary>
internal sealed class ReadAhead(Catalog catalog, CrawlOptions options, int workers, CrawlTally tally) : IDisposable
{
    // What one thread reads at a time. Up to workers + 1 chunks, each with one file more, are in memory.
    private const int ChunkBytes = 4 << 20;
    private const int ChunkFiles = 256;

    private readonly RepositoryOpener _opener = new(catalog, options, workers, tally);

    /// <summary>The files of these repositories, in order, without those of unchanged repositories and those committed before.</summary>
    public IAsyncEnumerable<ReadChunk> ReadAsync(IReadOnlyList<ISourceRepository> repositories, CancellationToken cancellation) =>
        OrderedParallel.MapAsync(
            ChunksAsync(repositories, cancellation), workers + 1, static (chunk, token) => new ValueTask<ReadChunk>(Read(chunk, token)),
            static chunk => chunk.Dispose(), cancellation);

    /// <summary>Closes a repository that is written.</summary>
    public void Close(Work work) => _opener.Close(work.Opened);

    /// <summary>The rows of a repository that is written are committed.</summary>
    public void Committed(Work work) => _opener.Committed(work);

    /// <summary>Keeps what is known of the repositories that are done.</summary>
    public void Flush() => _opener.Flush();

    /// <summary>Closes what an interrupted crawl left open.</summary>
    public void Dispose() => _opener.Dispose();

    private async IAsyncEnumerable<(Work Work, int From, int To)> ChunksAsync(
        IReadOnlyList<ISourceRepository> repositories, [EnumeratorCancellation] CancellationToken cancellation)
    {
        int ahead = repositories.Any(repository => repository.IsRemote) ? Math.Max(workers, options.FetchAhead) : workers;
        IAsyncEnumerable<Opened?> opened = OrderedParallel.MapAsync(
            _opener.InOrderAsync(repositories), ahead, _opener.OpenAsync, static _ => { }, cancellation);
        IAsyncEnumerable<Work?> works = OrderedParallel.MapAsync(
            _opener.ClaimAsync(opened, cancellation), ahead, _opener.ListAsync, static _ => { }, cancellation);
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

    private static ReadChunk Read((Work Work, int From, int To) chunk, CancellationToken cancellation)
    {
        var read = new ReadChunk(chunk.Work, chunk.From, new ReadFile[chunk.To - chunk.From], new BlobId?[chunk.To - chunk.From]);
        try
        {
            for (int i = 0; i < read.Files.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                FoundFile file = chunk.Work.Files[chunk.From + i];
                ReadFile content = file.Fault is null ? chunk.Work.Opened.Repository.Read(file) : ReadFile.Faulty(file.Fault, file.Detail, file.Size);
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
