using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>
/// Writes files in the order in which they come, part after part. Where a part ends depends on contents alone; a part that is not
/// committed when the crawl ends early leaves nothing, and its files are read again.
/// </summary>
internal sealed class PartSequence(StageContext context, Catalog catalog, CrawlOptions options, CrawlTally tally) : IDisposable
{
    // A part is also closed at this many occurrences, or a crawl that finds only known contents would never end its first.
    private const int MaxOccurrences = 200_000;

    // Of faults only the first so many are events; all are rows and figures.
    private const int MaxFaultEvents = 1000;

    private readonly string _optionsHash = StageHash.OfOptions("crawl", CrawlStage.CodeVersion, options);
    private RawPartWriter? _part;
    private long _partStart;
    private int _faultEvents;

    /// <summary>Parts committed so far, those without rows included.</summary>
    public int Commits { get; private set; }

    /// <summary>Appends a chunk; ends the snapshot with its last one.</summary>
    public void Write(ReadChunk chunk, CancellationToken cancellation)
    {
        Work work = chunk.Work;
        for (int i = 0; i < chunk.Files.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int index = chunk.From + i;
            if (_part is null || index == work.First)
            {
                Part().BeginSnapshot(work.Facts, work.Signature);
            }

            Append(work.Facts, work.Files[index], chunk.Files[i], chunk.Ids[i]);
            if (_part!.Bytes >= options.RawPartBytes || _part.Occurrences >= MaxOccurrences)
            {
                Commit();
            }
        }

        tally.Advance(chunk.Files.Length);
        if (chunk.IsLast)
        {
            if (_part is null || work.First == work.Files.Count)
            {
                Part().BeginSnapshot(work.Facts, work.Signature);
            }

            _part!.EndSnapshot();
            tally.Add((work.Facts.Id, work.Facts.Snapshot));
        }
    }

    /// <summary>Commits the part begun, if there is one.</summary>
    public void Commit()
    {
        if (_part is null)
        {
            return;
        }

        if (_part.Commit(catalog, _optionsHash) is { } entry)
        {
            double seconds = Stopwatch.GetElapsedTime(_partStart).TotalSeconds;
            context.Events.Write(new PartDone("crawl", entry.Part, Reused: false, seconds, entry.Counts));
        }

        _part.Dispose();
        _part = null;
        Commits++;
    }

    /// <summary>Throws the part away that was not committed.</summary>
    public void Dispose() => _part?.Dispose();

    private RawPartWriter Part()
    {
        if (_part is null)
        {
            _part = new RawPartWriter(context.Workspace, catalog.NextPart);
            _partStart = Stopwatch.GetTimestamp();
        }

        return _part;
    }

    private void Append(RepositoryFacts repository, FoundFile file, ReadFile read, BlobId? id)
    {
        int part = -1;
        if (read.Fault is null && id is { } blob)
        {
            part = _part!.Contains(blob) ? _part.Number : catalog.FindContent(blob).Part;
            if (part < 0 && read.Buffer is not null)
            {
                _part.AppendContent(blob, read.Buffer.AsSpan(0, read.Length));
                part = _part.Number;
            }
            else if (part < 0)
            {
                // A source leaves a content unread only where it is stored, or another repository has it; that one turned out to be damaged.
                read = ReadFile.Faulty(FaultRules.Unreadable, "the repository that has this content first could not give it", file.Size);
            }
        }

        // Sizes, links and other kinds of files are what they are; the rest may need a look.
        if (read.Fault is not (null or FaultRules.Size or FaultRules.Symlink or FaultRules.NotPython))
        {
            Report($"{repository.Name} {file.Path}", read.Fault, read.Detail);
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

    private void Report(string where, string fault, string detail)
    {
        if (_faultEvents < MaxFaultEvents)
        {
            context.Events.Write(new FileFault("crawl", where, fault, detail));
        }
        else if (_faultEvents == MaxFaultEvents)
        {
            context.Events.Write(Note.Warning($"more than {MaxFaultEvents} files could not be crawled; further ones are rows in dropped/ only"));
        }

        _faultEvents++;
    }
}
