using System.Collections.Concurrent;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Commands;

namespace DataForge.Orchestrator.Inspection.Verification;

/// <summary>What was checked: files with check-sums and their bytes; tables and rows parsed; git ids, entries, twins and documents.</summary>
internal sealed record Checked(long Files, long Bytes, long Tables, long Rows, long Contents, long Entries, long Twins, long Documents);

/// <summary>
/// Recomputes what a run promises of its files: check-sums of every file that a manifest entry states, git ids of contents, counts of entries from
/// shards, and what must hold between stages. Files are checked side by side. Memory: about 100 bytes a content.
/// </summary>
internal sealed class RunVerifier(Run run, CancellationToken cancellation)
{
    // Whatever lies here is taken for part of the result by who reads the folder, so nothing may lie here that no entry knows.
    private static readonly string[] OwnedFolders = ["3-dataset/data", "dropped", "2-clean", "4-tokens", "5-model/export"];

    private readonly ConcurrentDictionary<ManifestEntry, Tally> _tallies = new(ReferenceEqualityComparer.Instance);
    private long _tables;
    private long _rows;

    /// <summary>Checks everything.</summary>
    /// <exception cref="DataForgeException">The first fault.</exception>
    public Checked Verify()
    {
        Dictionary<string, IReadOnlyList<ManifestEntry>> entries = Pipeline.Names.ToDictionary(name => name, name => EntryCheck.Entries(run, name));
        IReadOnlyList<StatedFile> files = [.. entries.SelectMany(stage => stage.Value).SelectMany(entry => entry.Outputs.Select(output => new StatedFile(run.Folder, entry, output)))];
        CheckInput(entries["crawl"]);
        RunInput input = run.ReadInput();
        var raw = new RawCheck(run, input);
        IReadOnlyList<StatedFile> rawFiles = raw.Files();
        FirstFault.ForEach([.. rawFiles, .. files], cancellation, file => file.CheckBytes());
        CheckStrangers(files);

        FirstFault.ForEach(rawFiles.Take(input.Parts.Count).ToList(), cancellation, file => raw.CheckContents(file, cancellation));
        FirstFault.ForEach(rawFiles.Skip(input.Parts.Count).ToList(), cancellation, file => raw.CheckOccurrences(file, cancellation));
        FirstFault.ForEach(files.GroupBy(file => file.Entry, ReferenceEqualityComparer.Instance).ToList(), cancellation, part =>
        {
            foreach (StatedFile table in part.Where(file => file.IsTable))
            {
                ReadTable(table);
            }
        });

        List<Tally> clean = Balanced(entries["clean"], "part-");
        List<Tally> occurrences = Balanced(entries["clean"], "occurrences-");
        List<Tally> dataset = Balanced(entries["dedup"], "dataset-");
        foreach (Tally part in occurrences)
        {
            (long read, long bytes) = raw.PythonOf(int.Parse(part.Entry.Part.AsSpan("occurrences-".Length), CultureInfo.InvariantCulture));
            Books.Same(EntryFile(part.Entry), $"occurrences.in is {part.Entry.Count("occurrences.in")}, the raw part holds {read}", part.Entry.Count("occurrences.in"), read);
            Books.Same(
                EntryFile(part.Entry), $"occurrence_bytes.in is {part.Entry.Count("occurrence_bytes.in")}, the raw part holds {bytes}",
                part.Entry.Count("occurrence_bytes.in"), bytes);
        }

        if (entries["clean"].Count > 0)
        {
            Books.CheckSteps(run, entries["clean"], entries["dedup"], entries["tokenize"]);
        }

        long twins = Books.CheckContents(run, clean, dataset);
        long documents = TokenCheck.Check(run, entries["tokenize"], cancellation);
        return new Checked(
            files.Count + rawFiles.Count, files.Concat(rawFiles).Sum(file => file.Output.Bytes), _tables + rawFiles.Count, _rows + raw.Rows,
            raw.Contents + clean.Concat(dataset).Sum(tally => (long)tally.Kept.Count), entries.Values.Sum(stage => stage.Count) + input.Parts.Count, twins, documents);
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
            if (kind == "corpus v1")
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
                // A temporary file is what a killed process leaves; the next run removes it.
                if (!file.EndsWith(".tmp", StringComparison.Ordinal) && !stated.Contains(Path.GetRelativePath(run.Folder, file).Replace('\\', '/')))
                {
                    throw FirstFault.Of(file, "no manifest entry knows it");
                }
            }
        }
    }

    private string EntryFile(ManifestEntry entry) => run.Manifest.EntryFile(entry.Stage, entry.Part);
}
