using System.Collections.Concurrent;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Parquet;

namespace DataForge.Inspection.Verification;

/// <summary>
/// Checks the raw parts that a run is pinned to: their bytes against <c>1-input.json</c> and their own manifest entries, each content
/// against
/// its git id, and that each occurrence's content is in the part it names. Memory: 20 bytes per stored content.
/// </summary>
internal sealed class RawCheck(Run run, RunInput input)
{
    private readonly ConcurrentDictionary<int, BlobId[]> _stored = new();
    private readonly ConcurrentDictionary<int, (long Files, long Bytes)> _python = new();
    private readonly Dictionary<long, int> _pinned =
        input.Repositories.ToDictionary(repository => repository.Id, repository => repository.Snapshot);
    private long _rows;

    /// <summary>Rows that were read.</summary>
    public long Rows => _rows;

    /// <summary>Contents whose git ids were recomputed.</summary>
    public long Contents => _stored.Values.Sum(ids => (long)ids.Length);

    /// <summary>Occurrences of Python files in pinned snapshots, and their source bytes.</summary>
    /// <param name="part">The number of a raw part.</param>
    public (long Files, long Bytes) PythonOf(int part) => _python.GetValueOrDefault(part);

    /// <summary>The tables of contents that the parts' entries state.</summary>
    /// <exception cref="DataForgeException">An entry is damaged, or not the one that the run was pinned to.</exception>
    public IReadOnlyList<ManifestFile> BlobFiles() => [.. input.Parts.Select(part =>
        Stated(part, run.Workspace.RawBlobsPart(part.Number), part.BlobsSha256, part.Blobs))];

    /// <summary>The tables of occurrences that the parts' entries state.</summary>
    /// <exception cref="DataForgeException">An entry is damaged, or not the one that the run was pinned to.</exception>
    public IReadOnlyList<ManifestFile> OccurrenceFiles() => [.. input.Parts.Select(part =>
        Stated(part, run.Workspace.RawFilesPart(part.Number), part.FilesSha256, part.Occurrences))];

    /// <summary>Checks a table of contents.</summary>
    /// <exception cref="DataForgeException">A content has another git id than stated, or a count differs.</exception>
    public void CheckContents(ManifestFile file, CancellationToken cancellation)
    {
        int number = PartNumber(file);
        var ids = new List<BlobId>();
        long bytes = 0;
        file.ReadTable((_, rows) =>
        {
            BinaryColumn names = rows.Get(Column.BlobId);
            BinaryColumn contents = rows.Get(Column.SourceBytes);
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
        Compare(file, CountName.ContentsStored, sorted.Length);
        Compare(file, CountName.BytesStored, bytes);
        long pinned = input.Parts.First(part => part.Number == number).Bytes;
        VerificationFault.ThrowUnlessEqual(
            run.InputFile, pinned, bytes, $"raw part {number} holds {bytes} content bytes, not {pinned}");
    }

    /// <summary>Checks a table of occurrences; the tables of contents must have been checked before.</summary>
    /// <exception cref="DataForgeException">A content is not where a row says, or a count differs.</exception>
    public void CheckOccurrences(ManifestFile file, CancellationToken cancellation)
    {
        var counts = new CountTable();
        long total = file.ReadTable((_, rows) => CountOccurrences(rows, file, counts), cancellation);
        Interlocked.Add(ref _rows, total);
        IEnumerable<CountName> stated = file.Entry.Counts.Items.Select(count => count.Name)
            .Where(name => name != CountName.ContentsStored && name != CountName.BytesStored);
        foreach (CountName name in counts.Items.Select(count => count.Name).Concat(stated).Distinct())
        {
            Compare(file, name, counts[name]);
        }
    }

    private void CountOccurrences(ParquetRowGroup rows, ManifestFile file, CountTable counts)
    {
        Int64Column repositories = rows.Get(Column.RawRepositoryId);
        Int32Column snapshots = rows.Get(Column.Snapshot);
        Int32Column kinds = rows.Get(Column.Kind);
        Int32Column parts = rows.Get(Column.BlobPart);
        Int64Column sizes = rows.Get(Column.Size);
        BinaryColumn ids = rows.Get(Column.BlobId);
        BinaryColumn faults = rows.Get(Column.Fault);
        BinaryColumn paths = rows.Get(Column.Path);
        for (int row = 0; row < rows.RowCount; row++)
        {
            var kind = (FileKind)kinds[row];
            if (!Enum.IsDefined(kind))
            {
                throw file.Fault($"there is no kind of file {kinds[row]}");
            }

            counts.Add(CountName.OccurrencesOf(kind), 1);
            if (sizes[row] > 0)
            {
                counts.Add(CountName.BytesOf(kind), sizes[row]);
            }

            if (!faults.IsNull(row))
            {
                counts.Add(CountName.Faults.Of(faults.GetString(row)), 1);
            }

            if (!_pinned.TryGetValue(repositories[row], out int snapshot) || snapshot != snapshots[row])
            {
                continue;
            }

            if (kind == FileKind.Python)
            {
                long size = Math.Max(0, sizes[row]);
                _python.AddOrUpdate(PartNumber(file), (1, size), (_, known) => (known.Files + 1, known.Bytes + size));
            }

            if (parts[row] >= 0 && !IsStored(parts[row], BlobId.Parse(ids[row])))
            {
                throw file.Fault($"the content {ids.GetString(row)} of {paths.GetString(row)} is not in raw part {parts[row]}");
            }
        }
    }

    private bool IsStored(int part, BlobId id) => _stored.TryGetValue(part, out BlobId[]? stored) && Array.BinarySearch(stored, id) >= 0;

    // The file as the part's entry states it, which must be as the run has pinned it.
    private ManifestFile Stated(RawPart part, string path, string hash, long rows)
    {
        string entryFile = run.Workspace.RawManifest(part.Number);
        ManifestEntry entry = ManifestEntryReader.Read(entryFile, StageNames.Crawl, Path.GetFileNameWithoutExtension(entryFile));
        ManifestOutput output = entry.Outputs.SingleOrDefault(output => Path.GetFileName(output.Path) == Path.GetFileName(path))
            ?? throw VerificationFault.Of(entryFile, $"does not state {Path.GetFileName(path)}");
        if (output.Sha256 != hash || output.Rows != rows)
        {
            string stated = $"{output.Sha256} with {output.Rows}";
            throw VerificationFault.Of(run.InputFile, $"{output.Path} is pinned as {hash} with {rows} rows, its entry states {stated}");
        }

        return new ManifestFile(run.Workspace.Folder, entry, output);
    }

    private void Compare(ManifestFile file, CountName name, long found) => VerificationFault.ThrowUnlessEqual(
        run.Workspace.RawManifest(PartNumber(file)), file.Entry.Count(name), found,
        $"{name} is {file.Entry.Count(name)}, the part holds {found}");

    private static int PartNumber(ManifestFile file) => int.Parse(file.Entry.Part, CultureInfo.InvariantCulture);
}
