using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// The raw parts that a run may read: those that hold its snapshots, and any earlier part that stores one of their contents.
/// </summary>
internal sealed class RawParts(Workspace workspace, RunInput input)
{
    private readonly Dictionary<int, (string Files, string Blobs, long Bytes)> _known =
        input.Parts.ToDictionary(part => part.Number, part => (part.FilesSha256, part.BlobsSha256, part.Bytes));

    /// <summary>The workspace.</summary>
    public Workspace Workspace => workspace;

    /// <summary>SHA-256 of a part's files shard.</summary>
    public string FilesHash(int part) => Find(part).Files;

    /// <summary>SHA-256 of a part's blobs shard.</summary>
    public string BlobsHash(int part) => Find(part).Blobs;

    /// <summary>Content bytes of a part.</summary>
    public long Bytes(int part) => Find(part).Bytes;

    private (string Files, string Blobs, long Bytes) Find(int part)
    {
        lock (_known)
        {
            if (!_known.TryGetValue(part, out var hashes))
            {
                _known[part] = hashes = ReadManifest(part);
            }

            return hashes;
        }
    }

    private (string, string, long) ReadManifest(int part)
    {
        string file = workspace.RawManifest(part);
        if (!File.Exists(file))
        {
            throw new DataForgeException(
                $"Raw part {part} is missing ({file}), though files of this run have their content there: crawl again.");
        }

        ManifestEntry entry = CanonicalJson.Read<ManifestEntry>(file);
        string Hash(string path) => entry.Outputs.FirstOrDefault(output => Path.GetFileName(output.Path) == Path.GetFileName(path))?.Sha256
            ?? throw new DataForgeException($"{file} does not name {Path.GetFileName(path)}: crawl again.");
        ManifestOutput? blobs = entry.Outputs.FirstOrDefault(
            output => Path.GetFileName(output.Path) == Path.GetFileName(workspace.RawBlobsPart(part)));
        return (Hash(workspace.RawFilesPart(part)), Hash(workspace.RawBlobsPart(part)), blobs?.Bytes ?? 0);
    }
}
