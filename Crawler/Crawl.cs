using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>
/// One crawl: repositories in order of their numbers, their files in order of their paths, into raw parts. Listing and reading run ahead
/// on several threads; what they bring is written by one, in order, so that parts depend on content alone.
/// </summary>
internal sealed class Crawl(StageContext context, Catalog catalog, CrawlOptions options, ScanContext scan) : IAsyncDisposable
{
    // A piece of a repository that one thread reads. Up to Workers + 1 of them, each with a file more, are in memory.
    private const int ChunkBytes = 4 << 20;
    private const int ChunkFiles = 256;

    // A part is also closed at this many occurrences, or a crawl that finds only known contents would never end its first.
    private const int MaxPartOccurrences = 200_000;

    // Faults that say nothing new each time are rows and figures, but no events; of the others only the first so many.
    private const int MaxFaultEvents = 1000;

    private readonly string _optionsHash = StageHash.OfOptions("crawl", CrawlStage.CodeVersion, options);
    private readonly string _rowsHash = options.RowsHash();
    private readonly HashSet<IOpenRepository> _open = [];
    private readonly List<(long Repository, int Snapshot)> _done = [];
    private readonly List<IDisposable> _held = [];
    private RawPartWriter? _part;
    private long _partStart;
    private int _faultEvents;
    private long _filesDone;
    private StageProgress? _progress;

    /// <summary>A repository whose files are crawled: all of them, or those after the rows that an earlier crawl committed.</summary>
    private sealed record Work(IOpenRepository Open, RepositoryFacts Facts, string Signature, IReadOnlyList<FoundFile> Files, int First);

    /// <summary>Files <paramref name="From"/> to <paramref name="To"/> − 1 of a repository.</summary>
    private sealed record Chunk(Work Work, int From, int To);

    private sealed record ReadChunk(Chunk Chunk, ReadFile[] Files, BlobId?[] Ids);

    /// <summary>Crawls, and returns the snapshot of each repository of these sources, in order.</summary>
    public async Task<IReadOnlyList<(long Repository, int Snapshot)>> RunAsync(IReadOnlyList<ISource> sources, CancellationToken cancellation)
    {
        using StageProgress progress = _progress = context.Progress("crawl", "files", 0);
        List<(ISourceRepository Repository, ISource Source)> repositories = [];
        List<(ISource Source, string Key, string Signature)> whole = [];
        long total = 0;
        foreach (ISource source in sources)
        {
            (string Key, string Signature)? known = source.WholeSignature(options);
            string signature = known is null ? "" : StageHash.Combine(_rowsHash, known.Value.Signature);
            if (known is not null && catalog.FindSource(known.Value.Key, signature) is { } unchanged)
            {
                _done.AddRange(unchanged);
                continue;
            }

            SourceScan found = await source.ScanAsync(scan, cancellation).ConfigureAwait(false);
            if (found.Held is not null)
            {
                _held.Add(found.Held);
            }

            repositories.AddRange(found.Repositories.Select(repository => (repository, source)));
            total = total < 0 || found.Files < 0 ? -1 : total + found.Files;
            if (known is not null)
            {
                whole.Add((source, known.Value.Key, signature));
            }
        }

        repositories.Sort(static (left, right) => left.Repository.Id.CompareTo(right.Repository.Id));
        CheckDistinct(repositories);
        progress.SetTotal(Math.Max(total, 0));
        await WriteAllAsync([.. repositories.Select(item => item.Repository)], cancellation).ConfigureAwait(false);
        progress.SetTotal(_filesDone);
        _done.Sort();
        foreach ((ISource source, string key, string signature) in whole)
        {
            HashSet<long> ids = [.. repositories.Where(item => item.Source == source).Select(item => item.Repository.Id)];
            catalog.SetSource(key, signature, [.. _done.Where(snapshot => ids.Contains(snapshot.Repository))]);
        }

        return _done;
    }

    /// <summary>Lets go of what an interrupted crawl left open. A part that was not committed leaves nothing.</summary>
    public ValueTask DisposeAsync()
    {
        _part?.Dispose();
        lock (_open)
        {
            foreach (IOpenRepository repository in _open)
            {
                repository.Dispose();
            }
        }

        _held.ForEach(held => held.Dispose());
        return ValueTask.CompletedTask;
    }

    private async Task WriteAllAsync(IReadOnlyList<ISourceRepository> repositories, CancellationToken cancellation)
    {
        IAsyncEnumerable<ReadChunk> chunks = OrderedParallel.MapAsync(
            ChunksAsync(repositories, cancellation), context.Workers + 1, (chunk, token) => new ValueTask<ReadChunk>(Read(chunk, token)), Return,
            cancellation);
        await foreach (ReadChunk chunk in chunks.ConfigureAwait(false))
        {
            try
            {
                Write(chunk, cancellation);
            }
            finally
            {
                Return(chunk);
            }
        }

        CommitPart();
    }

    private async IAsyncEnumerable<Chunk> ChunksAsync(
        IReadOnlyList<ISourceRepository> repositories, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IAsyncEnumerable<Work?> works = OrderedParallel.MapAsync(
            repositories.ToAsyncEnumerable(), context.Workers, OpenAsync, static _ => { }, cancellation);
        await foreach (Work? work in works.ConfigureAwait(false))
        {
            if (work is null)
            {
                continue;
            }

            int from = work.First;
            do
            {
                int to = from;
                for (long bytes = 0; to < work.Files.Count && to - from < ChunkFiles && bytes < ChunkBytes; to++)
                {
                    FoundFile file = work.Files[to];
                    bytes += file.Fault is null ? Math.Max(file.Size, file.Weight) : 0;
                }

                yield return new Chunk(work, from, to);
                from = to;
            }
            while (from < work.Files.Count);
        }
    }

    // Runs on several threads. Null: the repository is as it was, and nothing of it is read.
    private async ValueTask<Work?> OpenAsync(ISourceRepository repository, CancellationToken cancellation)
    {
        IOpenRepository open = await repository.OpenAsync(cancellation).ConfigureAwait(false);
        lock (_open)
        {
            _open.Add(open);
        }

        string signature = StageHash.Combine(_rowsHash, open.Signature);
        SnapshotState? before = catalog.FindSnapshot(open.Facts.Id, signature);
        if (before is { IsComplete: true })
        {
            lock (_done)
            {
                _done.Add((before.Repository, before.Number));
            }

            Close(open);
            Advance(before.Rows);
            return null;
        }

        IReadOnlyList<FoundFile> files = await open.ListAsync(cancellation).ConfigureAwait(false);
        int number = before?.Number ?? catalog.LatestSnapshot(open.Facts.Id) + 1;
        int first = (int)(before?.Rows ?? 0);
        Advance(first);
        return new Work(open, open.Facts with { Snapshot = number }, signature, files, Math.Min(first, files.Count));
    }

    // Runs on several threads.
    private static ReadChunk Read(Chunk chunk, CancellationToken cancellation)
    {
        var files = new ReadFile[chunk.To - chunk.From];
        var ids = new BlobId?[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            FoundFile file = chunk.Work.Files[chunk.From + i];
            if (file.Fault is not null)
            {
                files[i] = ReadFile.Faulty(file.Fault, file.Detail, file.Size);
                ids[i] = file.BlobId;
                continue;
            }

            files[i] = chunk.Work.Open.Read(file);
            ids[i] = files[i].Buffer is { } buffer ? file.BlobId ?? BlobId.Of(buffer.AsSpan(0, files[i].Length)) : file.BlobId;
        }

        return new ReadChunk(chunk, files, ids);
    }

    private void Write(ReadChunk read, CancellationToken cancellation)
    {
        Work work = read.Chunk.Work;
        for (int i = 0; i < read.Files.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int index = read.Chunk.From + i;
            if (_part is null || index == work.First)
            {
                Part().BeginSnapshot(work.Facts, work.Signature);
            }

            Append(work, work.Files[index], read.Files[i], read.Ids[i]);
            if (_part!.Bytes >= options.RawPartBytes || _part.Occurrences >= MaxPartOccurrences)
            {
                CommitPart();
            }
        }

        Advance(read.Files.Length);
        if (read.Chunk.To == work.Files.Count)
        {
            if (_part is null || work.First == work.Files.Count)
            {
                Part().BeginSnapshot(work.Facts, work.Signature);
            }

            _part!.EndSnapshot();
            lock (_done)
            {
                _done.Add((work.Facts.Id, work.Facts.Snapshot));
            }

            Close(work.Open);
        }
    }

    private void Append(Work work, FoundFile file, ReadFile read, BlobId? id)
    {
        int part = -1;
        string? fault = read.Fault;
        if (fault is null && id is { } blob)
        {
            part = _part!.Contains(blob) ? _part.Number : catalog.FindContent(blob).Part;
            if (part < 0)
            {
                // A source leaves a content unread only where it is stored already.
                byte[] buffer = read.Buffer ?? throw new InvalidOperationException($"{work.Facts.Name} {file.Path} came without its content.");
                _part.AppendContent(blob, buffer.AsSpan(0, read.Length));
                part = _part.Number;
            }
        }

        if (fault is not null && fault is not (FaultRules.Size or FaultRules.Symlink or FaultRules.NotPython))
        {
            Report(work, file, fault, read.Detail);
        }

        _part!.Append(new Occurrence
        {
            Repository = work.Facts,
            Path = file.Path,
            Mode = file.Mode,
            Kind = file.Kind,
            BlobId = id,
            Size = read.Size >= 0 ? read.Size : file.Size,
            BlobPart = part,
            Fault = fault,
        });
    }

    private void Report(Work work, FoundFile file, string fault, string detail)
    {
        if (_faultEvents < MaxFaultEvents)
        {
            context.Events.Write(new FileFault("crawl", $"{work.Facts.Name} {file.Path}", fault, detail));
        }
        else if (_faultEvents == MaxFaultEvents)
        {
            context.Events.Write(Note.Warning($"more than {MaxFaultEvents} files could not be crawled; further ones are rows in dropped/ only"));
        }

        _faultEvents++;
    }

    private RawPartWriter Part()
    {
        if (_part is null)
        {
            _part = new RawPartWriter(context.Workspace, catalog.NextPart);
            _partStart = Stopwatch.GetTimestamp();
        }

        return _part;
    }

    private void CommitPart()
    {
        if (_part is null)
        {
            return;
        }

        if (_part.Commit(catalog, _optionsHash) is { } entry)
        {
            context.Events.Write(new PartDone(
                "crawl", entry.Part, Reused: false, Stopwatch.GetElapsedTime(_partStart).TotalSeconds, entry.Counts));
        }

        _part.Dispose();
        _part = null;
    }

    private void Advance(long files)
    {
        Interlocked.Add(ref _filesDone, files);
        _progress!.Advance(files);
    }

    private void Close(IOpenRepository open)
    {
        lock (_open)
        {
            _open.Remove(open);
        }

        open.Dispose();
    }

    private static void Return(ReadChunk chunk)
    {
        foreach (ReadFile file in chunk.Files)
        {
            if (file.Buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(file.Buffer);
            }
        }
    }

    private static void CheckDistinct(List<(ISourceRepository Repository, ISource Source)> repositories)
    {
        for (int i = 1; i < repositories.Count; i++)
        {
            if (repositories[i].Repository.Id == repositories[i - 1].Repository.Id)
            {
                throw DataForgeException.Usage(
                    $"{repositories[i - 1].Source.Text} and {repositories[i].Source.Text} both hold repository {repositories[i].Repository.Id}: crawl them into separate workspaces.");
            }
        }
    }
}
