using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Crawler.Storage;

/// <summary>Writes one raw part under temporary names; nothing of it is valid until <see cref="Commit"/> has returned.</summary>
internal sealed class RawPartWriter : IDisposable
{
    private readonly Workspace _workspace;
    private readonly RawFilesShard.Writer _files;
    private readonly RawBlobsShard.Writer _blobs;
    private readonly IncrementalHash _input = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CountTable _counts = new();
    private readonly List<(BlobId Id, int Size)> _newContents = [];
    private readonly HashSet<BlobId> _newIds = [];
    private readonly SortedSet<int> _contentParts = [];
    private readonly List<SnapshotShare> _shares = [];
    private bool _isCommitted;

    /// <param name="workspace">The workspace.</param>
    /// <param name="number">The part's number.</param>
    public RawPartWriter(Workspace workspace, int number)
    {
        (_workspace, Number) = (workspace, number);
        _files = new RawFilesShard.Writer(AtomicFile.TemporaryName(workspace.RawFilesPart(number)));
        _blobs = new RawBlobsShard.Writer(AtomicFile.TemporaryName(workspace.RawBlobsPart(number)));
    }

    /// <summary>The part's number.</summary>
    public int Number { get; }

    /// <summary>The part's name in its manifest entry: five digits or more.</summary>
    public string Name => $"{Number:D5}";

    /// <summary>Occurrences so far.</summary>
    public long Occurrences { get; private set; }

    /// <summary>Content bytes stored so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether a content is stored in this part.</summary>
    public bool Contains(BlobId id) => _newIds.Contains(id);

    /// <summary>Stores a content that is in no part yet.</summary>
    public void AppendContent(BlobId id, ReadOnlySpan<byte> content)
    {
        _blobs.Append(id, content);
        _newContents.Add((id, content.Length));
        _newIds.Add(id);
        Bytes += content.Length;
    }

    /// <summary>Appends an occurrence of the current snapshot.</summary>
    public void Append(Occurrence row)
    {
        _files.Append(row);
        Occurrences++;
        if (row.BlobPart >= 0)
        {
            _contentParts.Add(row.BlobPart);
        }

        // The input of a raw part is the outside world; the part's rows are its only trace that is the same on every machine.
        _input.AppendData(Encoding.UTF8.GetBytes(InputOf(row)));
        SnapshotShare share = _shares[^1];
        _shares[^1] = share with { Rows = share.Rows + 1 };
        Count(_counts, row);
        Count(share.Counts, row);
    }

    /// <summary>What a row adds to its part's input hash.</summary>
    public static string InputOf(Occurrence row) =>
        $"{row.Repository.Id}\0{row.Repository.Snapshot}\0{row.Path}\0{row.Mode}\0{row.Kind}\0{row.BlobId}\0{row.BlobPart}\0{row.Fault}\n";

    /// <summary>Adds a row to counts.</summary>
    public static void Count(CountTable counts, Occurrence row)
    {
        counts.Add(CountName.OccurrencesOf(row.Kind), 1);
        if (row.Size > 0)
        {
            counts.Add(CountName.BytesOf(row.Kind), row.Size);
        }

        if (row.Fault is not null)
        {
            counts.Add(CountName.Faults.Of(row.Fault), 1);
        }
    }

    /// <summary>Begins a repository's snapshot, or continues one of an earlier part.</summary>
    public void BeginSnapshot(RepositoryFacts facts, string signature) =>
        _shares.Add(new SnapshotShare(facts, signature, 0, IsComplete: false, new CountTable()));

    /// <summary>Marks the current snapshot as complete.</summary>
    public void EndSnapshot() => _shares[^1] = _shares[^1] with { IsComplete = true };

    /// <summary>
    /// Makes the part durable: its files, then its manifest entry, then the catalog's transaction. If the process is killed in between,
    /// the next crawl removes the files and writes them again, byte for byte.
    /// </summary>
    /// <returns>The entry; null if there is no row, and therefore no part.</returns>
    public ManifestEntry? Commit(Catalog catalog, string optionsHash)
    {
        if (Occurrences == 0)
        {
            catalog.Parts.Commit(null, _shares, [], []);
            return null;
        }

        _counts[CountName.ContentsStored] = _newContents.Count;
        _counts[CountName.BytesStored] = Bytes;
        _files.Close();
        _files.Dispose();
        _blobs.Close();
        _blobs.Dispose();
        ManifestOutput files = Output(_workspace.RawFilesPart(Number), Occurrences);
        ManifestOutput blobs = Output(_workspace.RawBlobsPart(Number), _newContents.Count);
        var entry = new ManifestEntry
        {
            Stage = StageNames.Crawl,
            Part = Name,
            InputHash = Convert.ToHexStringLower(_input.GetHashAndReset()),
            OptionsHash = optionsHash,
            Codecs = PartOutput.ParquetCodecs,
            Outputs = [blobs, files],
            Counts = _counts,
        };
        AtomicFile.Write(_workspace.RawManifest(Number), CanonicalJson.Write(entry));
        var part = new RawPart(Number, files.Sha256, blobs.Sha256, Occurrences, _newContents.Count, Bytes);
        catalog.Parts.Commit(part, _shares, _newContents, _contentParts);
        _isCommitted = true;
        return entry;
    }

    /// <summary>Closes the part; the temporary files of one that was not committed are deleted.</summary>
    public void Dispose()
    {
        _input.Dispose();
        Close(_files, _workspace.RawFilesPart(Number));
        Close(_blobs, _workspace.RawBlobsPart(Number));
    }

    private void Close(IDisposable shard, string path)
    {
        try
        {
            shard.Dispose();
        }
        catch (IOException) when (!_isCommitted)
        {
            // A full disk cannot take the last rows of a part that is discarded anyway; the exception that filled it is reported already.
        }

        if (!_isCommitted)
        {
            File.Delete(AtomicFile.TemporaryName(path));
        }
    }

    private static ManifestOutput Output(string path, long rows)
    {
        string hash = StageHash.OfFile(AtomicFile.TemporaryName(path));
        AtomicFile.Commit(path);
        return new ManifestOutput("raw/" + Path.GetFileName(path), new FileInfo(path).Length, hash, rows);
    }
}
