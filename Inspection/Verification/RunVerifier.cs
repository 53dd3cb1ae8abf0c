using System.Collections.Concurrent;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Verification.SecondReader;

namespace DataForge.Inspection.Verification;

/// <summary>
/// Recomputes everything that a run states of its files: the SHA-256 of every file in a manifest entry, git ids of contents, counts from
/// rows, and what must agree between stages. Published shards are read by a second reader too. Of a run that has only some stages, these
/// are checked. Files are checked in parallel. Memory: about 100 bytes per content, and for each worker a row group.
/// </summary>
internal sealed class RunVerifier(Run run, CancellationToken cancellation)
{
    // People and programs take every file in these folders for a part of the result, so each must be in a manifest entry.
    private static readonly string[] ResultFolders =
    [
        RunPaths.DatasetShards, RunPaths.Dropped, RunPaths.Clean, RunPaths.Tokens, RunPaths.ModelExport, RunPaths.EarlierModels,
        RunPaths.Report,
    ];

    private readonly ConcurrentDictionary<ManifestEntry, RowCounts> _rowCounts = new(ReferenceEqualityComparer.Instance);
    private long _tables;
    private long _publishedShards;
    private long _rows;

    /// <summary>Checks everything.</summary>
    /// <exception cref="DataForgeException">The first fault.</exception>
    public VerificationResult Verify()
    {
        var stages = new StageEntries(run);
        IReadOnlyList<ManifestFile> files =
            [.. stages.All.SelectMany(entry => entry.Outputs.Select(output => new ManifestFile(run.Folder, entry, output)))];
        RawCheck? raw = null;
        if (stages.IsCrawled)
        {
            CheckInput(stages.Of(StageNames.Crawl));
            raw = new RawCheck(run, run.ReadInput());
        }

        IReadOnlyList<ManifestFile> blobs = raw?.BlobFiles() ?? [];
        IReadOnlyList<ManifestFile> occurrences = raw?.OccurrenceFiles() ?? [];
        IReadOnlyList<ManifestFile> all = [.. blobs, .. occurrences, .. files];
        ParallelChecks.ForEach(all, cancellation, file => file.CheckBytes());
        CheckUnknownFiles(files);

        // Contents come first: the occurrences are checked against them.
        ParallelChecks.ForEach(blobs, cancellation, file => raw!.CheckContents(file, cancellation));
        ParallelChecks.ForEach(occurrences, cancellation, file => raw!.CheckOccurrences(file, cancellation));
        ReadTables(files);

        List<RowCounts> clean = Balanced(stages.Of(StageNames.Clean), "part-");
        List<RowCounts> dataset = Balanced(stages.Of(StageNames.Dedup), "dataset-");
        foreach (RowCounts part in Balanced(stages.Of(StageNames.Clean), "occurrences-"))
        {
            CheckOccurrencesRead(part.Entry, raw!);
        }

        RowCounts? text = stages.Of(StageNames.Tokenize).Where(entry => entry.Part == "text").Select(RowCountsOf).FirstOrDefault();
        text?.CheckText(EntryFile(text.Entry));
        CountBalance.Check(run, stages);
        long duplicates = ContentBalance.Check(run, clean, dataset);
        long documents = TokenCheck.Check(run, stages.Of(StageNames.Tokenize), cancellation);
        int checkpoints = new ModelCheck(run, stages, cancellation).Check();
        IReadOnlyList<string> remarks = new InputHashCheck(run, stages).Check();
        IEnumerable<RowCounts> contents = clean.Concat(dataset).Concat(text is null ? [] : [text]);
        return new VerificationResult(
            all.Count, all.Sum(file => file.Output.Bytes), _tables + blobs.Count + occurrences.Count, _rows + (raw?.Rows ?? 0),
            _publishedShards, (raw?.Contents ?? 0) + contents.Sum(part => (long)part.Kept.Count), stages.All.Count + blobs.Count,
            duplicates, documents,
            checkpoints, stages.MissingStages, remarks);
    }

    private void CheckInput(IReadOnlyList<ManifestEntry> crawl)
    {
        string name = Path.GetFileName(run.InputFile);
        ManifestOutput pinned = crawl.SelectMany(entry => entry.Outputs).SingleOrDefault(output => output.Path == name)
            ?? throw VerificationFault.Of(run.PathOf($"{RunPaths.Manifest}/{StageNames.Crawl}"), $"states no {name}");
        new ManifestFile(run.Folder, crawl[0], pinned).CheckBytes();
    }

    private void CheckUnknownFiles(IReadOnlyList<ManifestFile> files)
    {
        HashSet<string> stated = [.. files.Select(file => file.Output.Path)];
        foreach (string folder in ResultFolders.Select(run.PathOf).Where(Directory.Exists))
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string relative = Path.GetRelativePath(run.Folder, file).Replace('\\', '/');
                if (!IsUnfinished(Path.GetRelativePath(folder, file)) && !stated.Contains(relative))
                {
                    throw VerificationFault.Of(file, "no manifest entry knows it");
                }
            }
        }
    }

    // Files of a process that was killed, and the best model of a stage that is being trained; the next run removes both.
    private static bool IsUnfinished(string relative) => relative.EndsWith(".tmp", StringComparison.Ordinal)
        || relative.Split('/')[0] is var top
        && new[] { ".best", ".work", ".tmp", ".old" }.Any(ending => top.EndsWith(ending, StringComparison.Ordinal));

    private void ReadTables(IReadOnlyList<ManifestFile> files)
    {
        // The tables of one entry are counted together, by one thread.
        var byEntry = files.GroupBy(file => file.Entry, ReferenceEqualityComparer.Instance).ToList();
        ParallelChecks.ForEach(byEntry, cancellation, entry =>
        {
            foreach (ManifestFile file in entry.Where(file => file.IsTable))
            {
                ReadTable(file);
            }
        });
    }

    private void ReadTable(ManifestFile file)
    {
        RowCounts counts = RowCountsOf(file.Entry);
        ColumnHashes? published = null;
        long rows = file.ReadTable((table, group) =>
        {
            if (table is not null && DatasetShards.IsShard(file.Output))
            {
                published ??= new ColumnHashes(table.Schema);
                published.Add(group);
            }

            if (table == Table.Corpus || table == Table.CorpusV1)
            {
                counts.AddFiles(table, group, file);
            }
            else if (table == Table.Dropped)
            {
                counts.AddDropped(group, file);
            }
        }, cancellation);
        if (published is not null)
        {
            SecondReading.Check(file, published, cancellation);
            Interlocked.Increment(ref _publishedShards);
        }

        Interlocked.Increment(ref _tables);
        Interlocked.Add(ref _rows, rows);
    }

    private List<RowCounts> Balanced(IReadOnlyList<ManifestEntry> entries, string prefix)
    {
        var parts = new List<RowCounts>();
        foreach (ManifestEntry entry in entries.Where(entry => entry.Part.StartsWith(prefix, StringComparison.Ordinal)))
        {
            RowCounts counts = RowCountsOf(entry);
            counts.Check(EntryFile(entry));
            parts.Add(counts);
        }

        return parts;
    }

    private void CheckOccurrencesRead(ManifestEntry entry, RawCheck raw)
    {
        int part = int.Parse(entry.Part.AsSpan("occurrences-".Length), CultureInfo.InvariantCulture);
        (long files, long bytes) = raw.PythonOf(part);
        Compare(CountName.OccurrencesIn, files);
        Compare(CountName.OccurrenceBytesIn, bytes);

        void Compare(CountName name, long held) => VerificationFault.ThrowUnlessEqual(
            EntryFile(entry), entry.Count(name), held, $"{name} is {entry.Count(name)}, the raw part holds {held}");
    }

    private RowCounts RowCountsOf(ManifestEntry entry) => _rowCounts.GetOrAdd(entry, known => new RowCounts(known));

    private string EntryFile(ManifestEntry entry) => run.Manifest.EntryFile(entry.Stage, entry.Part);
}
