using System.Collections.Concurrent;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Verification;

/// <summary>
/// What was checked: files with check-sums and their bytes; tables and rows parsed; git ids, entries, twins, documents and checkpoints. What the run has no part
/// of, and what else a reader should know.
/// </summary>
internal sealed record Checked(
    long Files, long Bytes, long Tables, long Rows, long Contents, long Entries, long Twins, long Documents, int Checkpoints,
    IReadOnlyList<string> Missing, IReadOnlyList<string> Remarks);

/// <summary>
/// Recomputes what a run promises of its files: check-sums of every file that a manifest entry states, git ids of contents, counts of entries from
/// shards, and what must hold between stages; of a run that has only some stages, of these. Files are checked side by side. Memory: about 100 bytes a content.
/// </summary>
internal sealed class RunVerifier(Run run, CancellationToken cancellation)
{
    // Whatever lies here is taken for part of the result by who reads the folder, so nothing may lie here that no entry knows.
    private static readonly string[] OwnedFolders = ["3-dataset/data", "dropped", "2-clean", "4-tokens", "5-model/export", "5-model/stages", "6-report"];

    private readonly ConcurrentDictionary<ManifestEntry, Tally> _tallies = new(ReferenceEqualityComparer.Instance);
    private long _tables;
    private long _rows;

    /// <summary>Checks everything.</summary>
    /// <exception cref="DataForgeException">The first fault.</exception>
    public Checked Verify()
    {
        var parts = new RunParts(run);
        IReadOnlyList<StatedFile> files = [.. parts.All.SelectMany(entry => entry.Outputs.Select(output => new StatedFile(run.Folder, entry, output)))];
        RawCheck? raw = null;
        if (parts.IsCrawled)
        {
            CheckInput(parts.Of("crawl"));
            raw = new RawCheck(run, run.ReadInput());
        }

        IReadOnlyList<StatedFile> rawFiles = raw?.Files() ?? [];
        FirstFault.ForEach([.. rawFiles, .. files], cancellation, file => file.CheckBytes());
        CheckStrangers(files);

        // Contents come first: the occurrences are held against them.
        FirstFault.ForEach(rawFiles.Take(rawFiles.Count / 2).ToList(), cancellation, file => raw!.CheckContents(file, cancellation));
        FirstFault.ForEach(rawFiles.Skip(rawFiles.Count / 2).ToList(), cancellation, file => raw!.CheckOccurrences(file, cancellation));
        FirstFault.ForEach(files.GroupBy(file => file.Entry, ReferenceEqualityComparer.Instance).ToList(), cancellation, part =>
        {
            foreach (StatedFile table in part.Where(file => file.IsTable))
            {
                ReadTable(table);
            }
        });

        List<Tally> clean = Balanced(parts.Of("clean"), "part-");
        List<Tally> occurrences = Balanced(parts.Of("clean"), "occurrences-");
        List<Tally> dataset = Balanced(parts.Of("dedup"), "dataset-");
        foreach (Tally part in occurrences)
        {
            (long read, long bytes) = raw!.PythonOf(int.Parse(part.Entry.Part.AsSpan("occurrences-".Length), CultureInfo.InvariantCulture));
            Books.Same(EntryFile(part.Entry), $"occurrences.in is {part.Entry.Count("occurrences.in")}, the raw part holds {read}", part.Entry.Count("occurrences.in"), read);
            Books.Same(
                EntryFile(part.Entry), $"occurrence_bytes.in is {part.Entry.Count("occurrence_bytes.in")}, the raw part holds {bytes}",
                part.Entry.Count("occurrence_bytes.in"), bytes);
        }

        Tally? text = parts.Of("tokenize").Where(entry => entry.Part == "text").Select(entry => _tallies.GetOrAdd(entry, known => new Tally(known))).FirstOrDefault();
        text?.CheckText(EntryFile(text.Entry));
        Books.CheckSteps(run, parts);
        long twins = Books.CheckContents(run, clean, dataset);
        long documents = TokenCheck.Check(run, parts.Of("tokenize"), cancellation);
        var models = new ModelCheck(run, parts, cancellation);
        models.Check();
        var lineage = new Lineage(run, parts);
        lineage.Check();
        long contents = (raw?.Contents ?? 0) + clean.Concat(dataset).Concat(text is null ? [] : [text]).Sum(tally => (long)tally.Kept.Count);
        return new Checked(
            files.Count + rawFiles.Count, files.Concat(rawFiles).Sum(file => file.Output.Bytes), _tables + rawFiles.Count, _rows + (raw?.Rows ?? 0),
            contents, parts.All.Count + (rawFiles.Count / 2), twins, documents, models.Checkpoints, parts.Missing, lineage.Remarks);
    }

    private void CheckInput(IReadOnlyList<ManifestEntry> crawl)
    {
        ManifestOutput pinned = crawl.SelectMany(entry => entry.Outputs).SingleOrDefault(output => output.Path == Path.GetFileName(run.InputFile))
            ?? throw FirstFault.Of(run.PathOf("manifest/crawl"), "states no 1-input.json");
        new StatedFile(run.Folder, crawl[0], pinned).CheckBytes();
    }

    private void ReadTable(StatedFile table)
    {
        Tally tally = _tallies.GetOrAdd(table.Entry, entry => new Tally(entry));
        long rows = table.ReadTable((kind, group) =>
        {
            if (Corpus.Shards.CorpusShard.IsKind(kind))
            {
                tally.AddFiles(group, table);
            }
            else if (kind == "dropped v1")
            {
                tally.AddDropped(group, table);
            }
        }, cancellation);
        Interlocked.Increment(ref _tables);
        Interlocked.Add(ref _rows, rows);
    }

    private List<Tally> Balanced(IReadOnlyList<ManifestEntry> entries, string prefix)
    {
        var tallies = new List<Tally>();
        foreach (ManifestEntry entry in entries.Where(entry => entry.Part.StartsWith(prefix, StringComparison.Ordinal)))
        {
            Tally tally = _tallies.GetOrAdd(entry, known => new Tally(known));
            tally.Check(EntryFile(entry));
            tallies.Add(tally);
        }

        return tallies;
    }

    private void CheckStrangers(IReadOnlyList<StatedFile> files)
    {
        HashSet<string> stated = [.. files.Select(file => file.Output.Path)];
        foreach (string folder in OwnedFolders.Select(run.PathOf).Where(Directory.Exists))
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                if (!IsOfWork(Path.GetRelativePath(folder, file)) && !stated.Contains(Path.GetRelativePath(run.Folder, file).Replace('\\', '/')))
                {
                    throw FirstFault.Of(file, "no manifest entry knows it");
                }
            }
        }
    }

    // What a killed process leaves, and the best model of a stage that is being trained; the next run removes both.
    private static bool IsOfWork(string relative) => relative.EndsWith(".tmp", StringComparison.Ordinal)
        || relative.Split('/')[0] is var top && new[] { ".best", ".work", ".tmp", ".old" }.Any(ending => top.EndsWith(ending, StringComparison.Ordinal));

    private string EntryFile(ManifestEntry entry) => run.Manifest.EntryFile(entry.Stage, entry.Part);
}
