using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>
/// Writes files in the order in which they come, part after part. The end of a part depends on the contents alone. A part that is not
/// committed when the crawl ends early leaves no trace, and its files are read again.
/// </summary>
internal sealed class PartSequence(StageContext context, Catalog catalog, CrawlOptions options, CrawlProgress progress) : IDisposable
{
    // A part also ends at this many rows; otherwise a crawl that finds only known contents would never end its first part. At roughly
    // 150 bytes a row (a path, an id of 40 characters, columns of the repository) they take 30 MB in memory, as much as the contents of
    // a part (RawPartBytes, 32 MiB by default).
    private const int MaxOccurrences = 200_000;

    // Only the first faults become events, of some 200 bytes each; all are rows and counts.
    private const int MaxFaultEvents = 1000;

    private readonly string _optionsHash = StageHash.OfOptions(StageNames.Crawl, CrawlStage.CodeVersion, options);
    private RawPartWriter? _part;
    private long _partStart;
    private int _faultEvents;

    /// <summary>Commits so far, those of a part without rows included.</summary>
    public int Commits { get; private set; }

    /// <summary>Appends files; the last ones of a repository end its snapshot.</summary>
    public void Write(ReadChunk chunk, CancellationToken cancellation)
    {
        ListedRepository repository = chunk.Repository;
        for (int i = 0; i < chunk.Files.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int index = chunk.From + i;
            if (_part is null || index == repository.First)
            {
                CurrentPart().BeginSnapshot(repository.Facts, repository.Signature);
            }

            Append(repository.Facts, repository.Files[index], chunk.Files[i], chunk.Ids[i]);
            if (_part!.Bytes >= options.RawPartBytes || _part.Occurrences >= MaxOccurrences)
            {
                Commit();
            }
        }

        progress.AddFiles(chunk.Files.Length);
        if (chunk.IsLast)
        {
            if (_part is null || repository.First == repository.Files.Count)
            {
                CurrentPart().BeginSnapshot(repository.Facts, repository.Signature);
            }

            _part!.EndSnapshot();
            progress.AddSnapshot((repository.Facts.Id, repository.Facts.Snapshot));
        }
    }

    /// <summary>Commits the current part, if there is one.</summary>
    public void Commit()
    {
        if (_part is null)
        {
            return;
        }

        if (_part.Commit(catalog, _optionsHash) is { } entry)
        {
            context.ReportComputed(entry, Stopwatch.GetElapsedTime(_partStart).TotalSeconds);
        }

        _part.Dispose();
        _part = null;
        Commits++;
    }

    /// <summary>Discards the part that was not committed.</summary>
    public void Dispose() => _part?.Dispose();

    private RawPartWriter CurrentPart()
    {
        if (_part is null)
        {
            _part = new RawPartWriter(context.Workspace, catalog.Parts.NextNumber());
            _partStart = Stopwatch.GetTimestamp();
            context.ReportStarted(StageNames.Crawl, _part.Name);
        }

        return _part;
    }

    private void Append(RepositoryFacts repository, FoundFile file, ReadFile read, BlobId? id)
    {
        int part = -1;
        if (read.Fault is null && id is { } blob)
        {
            part = _part!.Contains(blob) ? _part.Number : catalog.Contents.Find(blob).Part;
            if (part < 0 && read.Buffer is not null)
            {
                _part.AppendContent(blob, read.Buffer.AsSpan(0, read.Length));
                part = _part.Number;
            }
            else if (part < 0)
            {
                // A source leaves a content unread only where it is stored or another repository brings it. That one was damaged.
                read = ReadFile.Faulty(RuleNames.Unreadable, "the repository that has this content first could not give it", file.Size);
            }
        }

        // Files of these three rules are expected; the others may need attention.
        if (read.Fault is not (null or RuleNames.Size or RuleNames.Symlink or RuleNames.NotPython))
        {
            ReportFault($"{repository.Name} {file.Path}", read.Fault, read.Detail);
        }

        _part!.Append(new Occurrence
        {
            Repository = repository,
            Path = file.Path,
            Mode = file.Mode,
            Kind = file.Kind,
            BlobId = id,
            Size = read.Size >= 0 ? read.Size : file.Size,
            BlobPart = part,
            Fault = read.Fault,
        });
    }

    private void ReportFault(string where, string fault, string detail)
    {
        using IDisposable? scope = context.BeginPart(_part!.Name);
        if (_faultEvents < MaxFaultEvents)
        {
            context.Events.Write(new FileFault(StageNames.Crawl, where, fault, detail));
        }
        else if (_faultEvents == MaxFaultEvents)
        {
            context.Events.Write(
                Note.Warning($"more than {MaxFaultEvents} files could not be crawled; further ones are rows in dropped/ only"));
        }

        _faultEvents++;
    }
}
