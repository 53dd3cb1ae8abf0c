using System.Collections.Concurrent;
using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Verification;

/// <summary>
/// Checks the raw parts that a run is pinned to: their bytes against <c>1-input.json</c> and their own entries, each content against its git id, and
/// that each occurrence's content is where it says. Memory: 20 bytes a stored content.
/// </summary>
internal sealed class RawCheck(Run run, RunInput input)
{
    private readonly ConcurrentDictionary<int, BlobId[]> _stored = new();
    private readonly ConcurrentDictionary<int, (long Files, long Bytes)> _python = new();
    private readonly Dictionary<long, int> _pinned = input.Repositories.ToDictionary(repository => repository.Id, repository => repository.Snapshot);
    private long _rows;

    /// <summary>Rows read.</summary>
    public long Rows => _rows;

    /// <summary>Contents whose git ids were recomputed.</summary>
    public long Contents => _stored.Values.Sum(ids => (long)ids.Length);

    /// <summary>Occurrences of Python files in pinned snapshots, and their source bytes, by raw part.</summary>
    public (long Files, long Bytes) PythonOf(int part) => _python.GetValueOrDefault(part);

    /// <summary>The files that the parts' entries state, contents first: the occurrences are held against them.</summary>
    /// <exception cref="DataForgeException">An entry is damaged or not the one the run was pinned to.</exception>
    public IReadOnlyList<StatedFile> Files()
    {
        var blobs = new List<StatedFile>();
        var files = new List<StatedFile>();
        foreach (RawPart part in input.Parts)
        {
            string entryFile = run.Workspace.RawManifest(part.Number);
            ManifestEntry entry = EntryCheck.Read(entryFile, "crawl", Path.GetFileNameWithoutExtension(entryFile));
            blobs.Add(Stated(entry, entryFile, run.Workspace.RawBlobsPart(part.Number), part.BlobsSha256, part.Blobs));
            files.Add(Stated(entry, entryFile, run.Workspace.RawFilesPart(part.Number), part.FilesSha256, part.Occurrences));
        }

        return [.. blobs, .. files];
    }

    /// <summary>Reads a part's contents.</summary>
    public void CheckContents(StatedFile file, CancellationToken cancellation)
    {
        int number = NumberOf(file);
        var ids = new List<BlobId>();
        long bytes = 0;
        file.ReadTable((_, rows) =>
        {
            BinaryColumn names = rows.Binary("blob_id");
            BinaryColumn contents = rows.Binary("content");
            for (int row = 0; row < rows.RowCount; row++)
            {
                BlobId id = BlobId.Parse(names[row]);
                if (BlobId.Of(contents[row]) is var found && found != id)
                {
                    throw file.Fault($"the content stored as {id} has the git id {found}");
                }

                ids.Add(id);
                bytes += contents[row].Length;
            }
        }, cancellation);
        BlobId[] sorted = [.. ids];
        Array.Sort(sorted);
        _stored[number] = sorted;
        Interlocked.Add(ref _rows, sorted.Length);
        string entryFile = run.Workspace.RawManifest(number);
        Books.Same(entryFile, $"contents.stored is {file.Entry.Count("contents.stored")}, {sorted.Length} are", file.Entry.Count("contents.stored"), sorted.Length);
        Books.Same(entryFile, $"bytes.stored is {file.Entry.Count("bytes.stored")}, {bytes} are", file.Entry.Count("bytes.stored"), bytes);
        Books.Same(run.InputFile, $"raw part {number} holds {bytes} content bytes, not {PartOf(number).Bytes}", PartOf(number).Bytes, bytes);
    }

    /// <summary>Reads a part's occurrences; all contents must have been read.</summary>
    public void CheckOccurrences(StatedFile file, CancellationToken cancellation)
    {
        int number = NumberOf(file);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long total = file.ReadTable((_, rows) => Read(rows, file, number, counts), cancellation);
        Interlocked.Add(ref _rows, total);
        foreach (string name in counts.Keys.Concat(file.Entry.Counts.Keys.Where(name => !name.EndsWith(".stored", StringComparison.Ordinal))).Distinct())
        {
            Books.Same(
                run.Workspace.RawManifest(number), $"{name} is {file.Entry.Count(name)}, the part holds {counts.GetValueOrDefault(name)}",
                file.Entry.Count(name), counts.GetValueOrDefault(name));
        }
    }

    private void Read(ParquetRowGroup rows, StatedFile file, int number, SortedDictionary<string, long> counts)
    {
        Int64Column repositories = rows.Int64("repository_id");
        Int32Column snapshots = rows.Int32("snapshot");
        Int32Column kinds = rows.Int32("kind");
        Int32Column parts = rows.Int32("blob_part");
        Int64Column sizes = rows.Int64("size");
        BinaryColumn ids = rows.Binary("blob_id");
        BinaryColumn faults = rows.Binary("fault");
        BinaryColumn paths = rows.Binary("path");
        for (int row = 0; row < rows.RowCount; row++)
        {
            string kind = ((FileKind)kinds[row]).ToString().ToLowerInvariant();
            Add("occurrences." + kind, 1);
            if (sizes[row] > 0)
            {
                Add("bytes." + kind, sizes[row]);
            }

            if (!faults.IsNull(row))
            {
                Add("faults." + faults.GetString(row), 1);
            }

            bool isPinned = _pinned.TryGetValue(repositories[row], out int snapshot) && snapshot == snapshots[row];
            if (isPinned && (FileKind)kinds[row] == FileKind.Python)
            {
                long size = Math.Max(0, sizes[row]);
                _python.AddOrUpdate(number, (1, size), (_, known) => (known.Files + 1, known.Bytes + size));
            }

            if (isPinned && parts[row] >= 0
                && !(_stored.TryGetValue(parts[row], out BlobId[]? stored) && Array.BinarySearch(stored, BlobId.Parse(ids[row])) >= 0))
            {
                throw file.Fault($"the content {ids.GetString(row)} of {paths.GetString(row)} is not in raw part {parts[row]}");
            }
        }

        void Add(string name, long by) => counts[name] = counts.GetValueOrDefault(name) + by;
    }

    private StatedFile Stated(ManifestEntry entry, string entryFile, string path, string hash, long rows)
    {
        ManifestOutput output = entry.Outputs.SingleOrDefault(output => Path.GetFileName(output.Path) == Path.GetFileName(path))
            ?? throw FirstFault.Of(entryFile, $"does not state {Path.GetFileName(path)}");
        return output.Sha256 == hash && output.Rows == rows
            ? new StatedFile(run.Workspace.Folder, entry, output)
            : throw FirstFault.Of(run.InputFile, $"{output.Path} is pinned as {hash} with {rows} rows, its entry states {output.Sha256} with {output.Rows}");
    }

    private RawPart PartOf(int number) => input.Parts.First(part => part.Number == number);

    private static int NumberOf(StatedFile file) => int.Parse(file.Entry.Part, System.Globalization.CultureInfo.InvariantCulture);
}
