using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Explanation;

/// <summary>
/// What a run knows of each file, so that a question is answered by a few reads (<c>index/stories.bin</c>). It is drawn from the run's files, says of
/// which manifest entries, and is made anew where these have changed; it can be removed at any time. All little-endian:
/// <para>magic (8 bytes), stamp (32: SHA-256 of the manifest entries), offset and number of the keys (int64 each); records
/// (<see cref="StoryRecord"/>) one after another; keys in order: 64 bits, and the offset of a record.</para>
/// A file is known by the first 64 bits of its blob id, and by those of SHA-256 over <c>repository path</c>; what they lead to is compared in full.
/// </summary>
internal sealed class StoryIndex : IDisposable
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 8 + 32 + (2 * sizeof(long));

    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 2 * sizeof(long);

    private static readonly string[] Stages = ["clean", "dedup", "tokenize"];

    private readonly FileStream _file;
    private readonly BinaryReader _reader;
    private readonly long _keys;
    private readonly long _keyCount;

    private StoryIndex(Run run, FileStream file, ReadOnlySpan<byte> header)
    {
        (Run, _file) = (run, file);
        _reader = new BinaryReader(file, Encoding.UTF8);
        _keys = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        _keyCount = BinaryPrimitives.ReadInt64LittleEndian(header[48..]);
    }

    /// <summary>What an index begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "DFSTORY2"u8;

    /// <summary>The run.</summary>
    public Run Run { get; }

    /// <summary>Opens the index of a run, making it where there is none of the run as it is.</summary>
    /// <param name="run">The run.</param>
    /// <param name="onBuild">Called before one is made, which takes a pass over the run's tables without their texts.</param>
    public static StoryIndex Open(Run run, Action? onBuild = null)
    {
        byte[] stamp = StampOf(run);
        if (TryOpen(run, stamp) is { } index)
        {
            return index;
        }

        using FileLock held = FileLock.Take(run.Manifest.LockFile("index", "stories"));
        if (TryOpen(run, stamp) is { } meanwhile)
        {
            return meanwhile;
        }

        onBuild?.Invoke();
        StoryIndexBuilder.Build(run, PathOf(run), stamp);
        return TryOpen(run, stamp) ?? throw new DataForgeException($"{PathOf(run)} cannot be read back: remove it and ask again.");
    }

    /// <summary>The key of a content.</summary>
    public static ulong KeyOf(BlobId id) => id.Prefix;

    /// <summary>The key of a place, <c>repository path</c>.</summary>
    public static ulong KeyOf(string place) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(place)));

    /// <summary>Records of a content.</summary>
    public IReadOnlyList<StoryRecord> Of(BlobId id) => [.. Find(KeyOf(id)).Where(record => record.BlobId == id)];

    /// <summary>Records of a place: <see cref="FoundRecord"/> and <see cref="LeftRecord"/>.</summary>
    public IReadOnlyList<StoryRecord> Of(string place) => [.. Find(KeyOf(place)).Where(record => record switch
    {
        FoundRecord found => $"{found.Repository} {found.Path}" == place,
        LeftRecord left => $"{left.Repository} {left.Path}" == place,
        _ => false,
    })];

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static string PathOf(Run run) => run.PathOf("index/stories.bin");

    private static StoryIndex? TryOpen(Run run, byte[] stamp)
    {
        if (!File.Exists(PathOf(run)))
        {
            return null;
        }

        var file = new FileStream(PathOf(run), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 12, FileOptions.RandomAccess);
        Span<byte> header = stackalloc byte[HeaderLength];
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength && header[..8].SequenceEqual(Magic) && header.Slice(8, 32).SequenceEqual(stamp))
        {
            return new StoryIndex(run, file, header);
        }

        file.Dispose();
        return null;
    }

    // The entries' bytes, not their meaning: this is read before every answer.
    private static byte[] StampOf(Run run)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(run.InputFile));
        foreach (string folder in Stages.Select(stage => Path.Combine(run.Folder, "manifest", stage)).Where(Directory.Exists))
        {
            string[] entries = Directory.GetFiles(folder, "*.json");
            Array.Sort(entries, StringComparer.Ordinal);
            foreach (string entry in entries)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(entry)));
                hash.AppendData(File.ReadAllBytes(entry));
            }
        }

        return hash.GetHashAndReset();
    }

    private List<StoryRecord> Find(ulong key)
    {
        long low = 0;
        long high = _keyCount;
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (KeyAt(middle).Key < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        var offsets = new List<long>();
        for (; low < _keyCount && KeyAt(low) is var (found, offset) && found == key; low++)
        {
            offsets.Add(offset);
        }

        var records = new List<StoryRecord>(offsets.Count);
        foreach (long offset in offsets)
        {
            _file.Position = offset;
            records.Add(StoryRecord.Read(_reader));
        }

        return records;
    }

    private (ulong Key, long Offset) KeyAt(long index)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        _file.Position = _keys + (index * KeyLength);
        _file.ReadExactly(key);
        return (BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadInt64LittleEndian(key[8..]));
    }
}
