using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Crawler.Storage;

/// <summary>
/// Rewrites the raw parts that hold rows of removed repositories, without these rows and without the contents that no other row names. Other parts are
/// not touched: a content stays in the part that stores it as long as any occurrence names it. Memory: about 60 bytes a content of the removed repositories.
/// </summary>
internal sealed class RawRewriter(WorkspaceRewrite rewrite, IReadOnlySet<long> repositories, int parts, CancellationToken cancellation)
{
    private readonly HashSet<BlobId> _contents = [];
    private readonly SortedSet<int> _affected = [];

    /// <summary>Contents that no other repository has.</summary>
    public IReadOnlyCollection<BlobId> Contents => _contents;

    /// <summary>Rows removed.</summary>
    public long Occurrences { get; private set; }

    /// <summary>Contents of the removed repositories that others hold too.</summary>
    public long Shared { get; private set; }

    /// <summary>Writes the new parts aside, in order of their numbers.</summary>
    public List<RewrittenPart> Rewrite()
    {
        for (int part = 0; part < parts; part++)
        {
            Scan(part, removed: true, (id, blobPart) =>
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
            Scan(part, removed: false, (id, blobPart) =>
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

    private void Scan(int part, bool removed, Action<BlobId?, int> take)
    {
        string path = rewrite.Workspace.RawFilesPart(part);
        using ParquetReader reader = ShardFile.Open(path, RawFilesShard.Kind);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            using ParquetRowGroup rows = ShardFile.Read(reader, path, group, "repository_id", "blob_id", "blob_part");
            Int64Column owners = rows.Int64("repository_id");
            BinaryColumn ids = rows.Binary("blob_id");
            Int32Column blobParts = rows.Int32("blob_part");
            for (int row = 0; row < rows.RowCount; row++)
            {
                if (repositories.Contains(owners[row]) == removed)
                {
                    take(ids.IsNull(row) ? null : BlobId.Parse(ids[row]), blobParts[row]);
                }
            }
        }
    }

    private RewrittenPart Rewrite(int number)
    {
        ManifestEntry entry = CanonicalJson.Read<ManifestEntry>(rewrite.Workspace.RawManifest(number));
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var contentParts = new SortedSet<int>();
        ManifestOutput files = RewriteFiles(number, counts, contentParts, out string input);
        ManifestOutput blobs = RewriteBlobs(number, entry, counts);
        ManifestEntry now = entry with { InputHash = input, Outputs = [blobs, files], Counts = counts };
        rewrite.Write($"raw/manifest/{number:D5}.json", CanonicalJson.Write(now));
        return new RewrittenPart(
            new RawPart(number, files.Sha256, blobs.Sha256, files.Rows!.Value, counts["contents.stored"], counts["bytes.stored"]), [.. contentParts]);
    }

    private ManifestOutput RewriteFiles(int number, SortedDictionary<string, long> counts, SortedSet<int> contentParts, out string input)
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

    private ManifestOutput RewriteBlobs(int number, ManifestEntry entry, SortedDictionary<string, long> counts)
    {
        string path = rewrite.Workspace.RawBlobsPart(number);
        string relative = "raw/" + Path.GetFileName(path);
        long bytes = 0;
        long stored = 0;
        bool loses = false;
        using (var reader = new RawBlobsShard.Reader(path))
        using (var blobs = new RawBlobsShard.Writer(rewrite.Create(relative)))
        {
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                cancellation.ThrowIfCancellationRequested();
                using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    if (_contents.Contains(rows.Id(row)))
                    {
                        loses = true;
                        continue;
                    }

                    blobs.Append(rows.Id(row), rows.Content(row));
                    bytes += rows.Content(row).Length;
                    stored++;
                }
            }

            blobs.Close();
        }

        counts["contents.stored"] = stored;
        counts["bytes.stored"] = bytes;
        if (loses)
        {
            return rewrite.Output(relative, relative, stored);
        }

        // Others hold all of it: the file stays the one it is.
        rewrite.Discard(relative);
        return entry.Outputs.Single(output => output.Path == relative);
    }
}
