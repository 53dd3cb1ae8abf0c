using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Parquet;

namespace DataForge.Crawler.Storage;

/// <summary>
/// Rewrites the raw parts that contain rows of removed repositories, without these rows and without the contents that no other row
/// refers to. Other parts do not change: a content stays in the part that stores it as long as any occurrence refers to it. Memory: about
/// 60 bytes for each content of the removed repositories (an id of 20 bytes in a hash set).
/// </summary>
internal sealed class RawRewriter(
    WorkspaceRewrite rewrite, IReadOnlySet<long> repositories, int parts, CancellationToken cancellation)
{
    private readonly HashSet<BlobId> _contents = [];
    private readonly SortedSet<int> _affected = [];

    /// <summary>Contents that no other repository has.</summary>
    public IReadOnlyCollection<BlobId> Contents => _contents;

    /// <summary>Rows removed.</summary>
    public long Occurrences { get; private set; }

    /// <summary>Contents of the removed repositories that others have too.</summary>
    public long Shared { get; private set; }

    /// <summary>Writes the new parts beside the old ones, in order of their numbers.</summary>
    public List<RewrittenPart> Rewrite()
    {
        for (int part = 0; part < parts; part++)
        {
            Scan(part, ofRemoved: true, (id, blobPart) =>
            {
                _affected.Add(part);
                Occurrences++;
                if (id is { } content && blobPart >= 0)
                {
                    _contents.Add(content);
                }
            });
        }

        long all = _contents.Count;
        for (int part = 0; part < parts && _contents.Count > 0; part++)
        {
            Scan(part, ofRemoved: false, (id, blobPart) =>
            {
                if (id is { } content && blobPart >= 0)
                {
                    _contents.Remove(content);
                }
            });
        }

        Shared = all - _contents.Count;
        return [.. _affected.Select(Rewrite)];
    }

    // Reads the rows of a part that belong to removed repositories, or those that do not.
    private void Scan(int part, bool ofRemoved, Action<BlobId?, int> read)
    {
        using var reader = new TableReader(rewrite.Workspace.RawFilesPart(part), Table.RawFiles);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            using ParquetRowGroup rows = reader.ReadRowGroup(group, Column.RawRepositoryId, Column.BlobId, Column.BlobPart);
            Int64Column owners = rows.Get(Column.RawRepositoryId);
            BinaryColumn ids = rows.Get(Column.BlobId);
            Int32Column blobParts = rows.Get(Column.BlobPart);
            for (int row = 0; row < rows.RowCount; row++)
            {
                if (repositories.Contains(owners[row]) == ofRemoved)
                {
                    read(ids.IsNull(row) ? null : BlobId.Parse(ids[row]), blobParts[row]);
                }
            }
        }
    }

    private RewrittenPart Rewrite(int number)
    {
        ManifestEntry entry = CanonicalJson.Read<ManifestEntry>(rewrite.Workspace.RawManifest(number));
        var counts = new CountTable();
        var contentParts = new SortedSet<int>();
        ManifestOutput files = RewriteFiles(number, counts, contentParts, out string input);
        ManifestOutput blobs = RewriteBlobs(number, entry, counts);
        ManifestEntry rewritten = entry with
        {
            InputHash = input, Codecs = PartOutput.ParquetCodecs, Outputs = [blobs, files], Counts = counts,
        };
        rewrite.Write($"raw/manifest/{number:D5}.json", CanonicalJson.Write(rewritten));
        var part = new RawPart(
            number, files.Sha256, blobs.Sha256, files.Rows!.Value, counts[CountName.ContentsStored], counts[CountName.BytesStored]);
        return new RewrittenPart(part, [.. contentParts]);
    }

    private ManifestOutput RewriteFiles(int number, CountTable counts, SortedSet<int> contentParts, out string input)
    {
        string path = rewrite.Workspace.RawFilesPart(number);
        string relative = "raw/" + Path.GetFileName(path);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long rows;
        using (var files = new RawFilesShard.Writer(rewrite.Create(relative)))
        {
            foreach (Occurrence row in RawFilesShard.Read(path).Where(row => !repositories.Contains(row.Repository.Id)))
            {
                files.Append(row);
                hash.AppendData(Encoding.UTF8.GetBytes(RawPartWriter.InputOf(row)));
                RawPartWriter.Count(counts, row);
                if (row.BlobPart >= 0)
                {
                    contentParts.Add(row.BlobPart);
                }
            }

            files.Close();
            rows = files.Rows;
        }

        input = Convert.ToHexStringLower(hash.GetHashAndReset());
        return rewrite.Output(relative, relative, rows);
    }

    private ManifestOutput RewriteBlobs(int number, ManifestEntry entry, CountTable counts)
    {
        string path = rewrite.Workspace.RawBlobsPart(number);
        string relative = "raw/" + Path.GetFileName(path);
        bool isChanged = CopyRemainingBlobs(path, relative, counts);
        if (isChanged)
        {
            return rewrite.Output(relative, relative, counts[CountName.ContentsStored]);
        }

        // Other repositories have all its contents: the file does not change.
        rewrite.Discard(relative);
        return entry.Outputs.Single(output => output.Path == relative);
    }

    // Returns whether a content was left out.
    private bool CopyRemainingBlobs(string path, string relative, CountTable counts)
    {
        long bytes = 0;
        long stored = 0;
        bool isChanged = false;
        using var reader = new RawBlobsShard.Reader(path);
        using var blobs = new RawBlobsShard.Writer(rewrite.Create(relative));
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
            for (int row = 0; row < rows.Count; row++)
            {
                if (_contents.Contains(rows.Id(row)))
                {
                    isChanged = true;
                    continue;
                }

                blobs.Append(rows.Id(row), rows.Content(row));
                bytes += rows.Content(row).Length;
                stored++;
            }
        }

        blobs.Close();
        counts[CountName.ContentsStored] = stored;
        counts[CountName.BytesStored] = bytes;
        return isChanged;
    }
}
