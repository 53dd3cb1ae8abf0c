using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Explanation;

/// <summary>
/// The run's facts about each file, in <c>index/explanations.bin</c>, so that a question needs only a few reads. The index is a copy of
/// what the run's files say. It records which manifest entries it was made from, and is made again when these have changed; it can be
/// removed at any time.
/// <para>The format, all little-endian: magic (8 bytes), fingerprint (32 bytes: SHA-256 of the manifest entries), offset and number of the
/// keys (int64 each); the records (<see cref="FileRecord"/>) one after another; the keys in ascending order: 64 bits of key and the offset
/// of a record.</para> The key of a content is the first 64 bits of its blob id; the key of an occurrence is the first 64 bits of SHA-256
/// over <c>repository path</c>. Two files may share a key, so the records found are compared in full.
/// </summary>
internal sealed class ExplanationIndex : IDisposable
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = FingerprintOffset + FingerprintLength + (2 * sizeof(long));

    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 2 * sizeof(long);

    private const int FingerprintOffset = 8;
    private const int FingerprintLength = 32;

    // The stages whose files the index is made from.
    private static readonly string[] Stages = [StageNames.Clean, StageNames.Dedup, StageNames.Tokenize];

    private readonly FileStream _file;
    private readonly BinaryReader _reader;
    private readonly long _keysOffset;
    private readonly long _keyCount;

    private ExplanationIndex(Run run, FileStream file, ReadOnlySpan<byte> header)
    {
        (Run, _file) = (run, file);
        _reader = new BinaryReader(file, Encoding.UTF8);
        ReadOnlySpan<byte> keys = header[(FingerprintOffset + FingerprintLength)..];
        _keysOffset = BinaryPrimitives.ReadInt64LittleEndian(keys);
        _keyCount = BinaryPrimitives.ReadInt64LittleEndian(keys[sizeof(long)..]);
    }

    /// <summary>The first bytes of an index file.</summary>
    public static ReadOnlySpan<byte> Magic => "DFEXPLN1"u8;

    /// <summary>The run.</summary>
    public Run Run { get; }

    /// <summary>Opens the index of a run; makes it first where there is none, or none of the run's current state.</summary>
    /// <param name="run">The run.</param>
    /// <param name="onBuild">Called before an index is made, which reads all tables of the run, without their texts, once.</param>
    /// <exception cref="DataForgeException">The index cannot be read back.</exception>
    public static ExplanationIndex Open(Run run, Action? onBuild = null)
    {
        byte[] fingerprint = FingerprintOf(run);
        if (TryOpen(run, fingerprint) is { } index)
        {
            return index;
        }

        try
        {
            using FileLock held = FileLock.Take(run.Manifest.LockFile(RunPaths.Index, "explanations"));
            if (TryOpen(run, fingerprint) is { } builtMeanwhile)
            {
                return builtMeanwhile;
            }

            onBuild?.Invoke();
            ExplanationIndexBuilder.Build(run, PathOf(run), fingerprint);
            File.Delete(FormerPathOf(run));
        }
        catch (Exception e) when (FileLock.IsReadOnly(e))
        {
            return OpenTemporary(run, fingerprint, onBuild);
        }

        return TryOpen(run, fingerprint) ?? throw new DataForgeException($"{PathOf(run)} cannot be read back: remove it and ask again.");
    }

    // An index only for this question, of a run that cannot be written. The file is gone as soon as it is open.
    private static ExplanationIndex OpenTemporary(Run run, byte[] fingerprint, Action? onBuild)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dataforge-");
        try
        {
            onBuild?.Invoke();
            string path = Path.Combine(folder.FullName, "explanations.bin");
            ExplanationIndexBuilder.Build(run, path, fingerprint);
            return TryOpen(run, path, fingerprint) ?? throw new DataForgeException($"{path} cannot be read back: ask again.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The key of a content.</summary>
    public static ulong KeyOf(BlobId id) => id.Prefix;

    /// <summary>The key of an occurrence.</summary>
    /// <param name="occurrence"><c>repository path</c>.</param>
    public static ulong KeyOf(string occurrence) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(occurrence)));

    /// <summary>The records of a content; none if the run has never seen it.</summary>
    public IReadOnlyList<FileRecord> Of(BlobId id) => [.. Find(KeyOf(id)).Where(record => record.BlobId == id)];

    /// <summary>The records of an occurrence, of the kinds <see cref="OccurrenceRecord"/> and <see cref="DroppedRecord"/>.</summary>
    /// <param name="occurrence"><c>repository path</c>.</param>
    public IReadOnlyList<FileRecord> Of(string occurrence) => [.. Find(KeyOf(occurrence)).Where(record => record switch
    {
        OccurrenceRecord found => $"{found.Repository} {found.Path}" == occurrence,
        DroppedRecord dropped => $"{dropped.Repository} {dropped.Path}" == occurrence,
        _ => false,
    })];

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static string PathOf(Run run) => run.PathOf(RunPaths.Index + "/explanations.bin");

    // Where earlier versions kept their index.
    private static string FormerPathOf(Run run) => run.PathOf(RunPaths.Index + "/stories.bin");

    private static ExplanationIndex? TryOpen(Run run, byte[] fingerprint) => TryOpen(run, PathOf(run), fingerprint);

    private static ExplanationIndex? TryOpen(Run run, string path, byte[] fingerprint)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        // Another process may replace the file meanwhile.
        const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, Share, bufferSize: 1 << 12, FileOptions.RandomAccess);
        Span<byte> header = stackalloc byte[HeaderLength];
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength
            && header[..FingerprintOffset].SequenceEqual(Magic)
            && header.Slice(FingerprintOffset, FingerprintLength).SequenceEqual(fingerprint))
        {
            return new ExplanationIndex(run, file, header);
        }

        file.Dispose();
        return null;
    }

    // Hashes the entries as bytes, without parsing them: this is done before every answer.
    private static byte[] FingerprintOf(Run run)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(run.InputFile));
        foreach (string folder in Stages.Select(stage => Path.Combine(run.Folder, RunPaths.Manifest, stage)).Where(Directory.Exists))
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

    // A binary search for the first of the key's records; there are few of them.
    private List<FileRecord> Find(ulong key)
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

        var records = new List<FileRecord>(offsets.Count);
        foreach (long offset in offsets)
        {
            _file.Position = offset;
            records.Add(FileRecord.Read(_reader));
        }

        return records;
    }

    private (ulong Key, long Offset) KeyAt(long index)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        _file.Position = _keysOffset + (index * KeyLength);
        _file.ReadExactly(key);
        return (BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadInt64LittleEndian(key[sizeof(ulong)..]));
    }
}
