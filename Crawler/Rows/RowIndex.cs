using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Crawler.Sources;
using Microsoft.Win32.SafeHandles;

namespace DataForge.Crawler.Rows;

/// <summary>Where a row is stored: 24 bytes.</summary>
/// <param name="Repository">The number of the row's repository.</param>
/// <param name="Offset">Its offset in the file, in bytes.</param>
/// <param name="File">The file's number.</param>
/// <param name="Length">Its length in bytes.</param>
internal readonly record struct RowLocation(long Repository, long Offset, int File, int Length);

/// <summary>
/// Groups rows in any order into repositories: the first pass records where each row is, the second reads the rows of one repository after
/// the other. Memory: 24 MB per million rows (72 MB at most while the list grows) and about 500 bytes per repository; never contents.
/// </summary>
/// <param name="kind">The kind of the source.</param>
/// <param name="format">How rows are stored.</param>
/// <param name="options">The limits.</param>
internal sealed class RowIndex(string kind, IRowFormat format, CrawlOptions options) : IDisposable
{
    private readonly List<RowLocation> _locations = [];
    private readonly Dictionary<long, RowRepository> _repositories = [];
    private readonly Dictionary<string, RowRepository> _byName = new(StringComparer.Ordinal);
    private readonly List<SafeFileHandle> _files = [];

    /// <summary>Rows so far.</summary>
    public long Count => _locations.Count;

    /// <summary>Those of them whose content is null.</summary>
    public long NullContents { get; private set; }

    /// <summary>Opens a file that holds rows; returns its number.</summary>
    public int AddFile(string path)
    {
        _files.Add(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return _files.Count - 1;
    }

    /// <summary>Records a row.</summary>
    /// <param name="row">Its fields.</param>
    /// <param name="record">Its bytes in the file.</param>
    /// <param name="file">The file's number.</param>
    /// <param name="offset">The record's offset in the file, in bytes.</param>
    public void Add(in Row row, ReadOnlySpan<byte> record, int file, long offset)
    {
        if (!_byName.TryGetValue(row.Repository!, out RowRepository? repository))
        {
            repository = new RowRepository(RepositoryIds.Of(kind, row.Repository!), row.Repository!, kind);
            if (!_repositories.TryAdd(repository.Id, repository))
            {
                string other = _repositories[repository.Id].Facts().Name;
                throw new DataForgeException($"the repositories '{row.Repository}' and '{other}' have one number: rename one.");
            }

            _byName.Add(row.Repository!, repository);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(record, hash);
        repository.Add(row, BinaryPrimitives.ReadUInt128BigEndian(hash));
        repository.Count++;
        NullContents += row.IsContentNull ? 1 : 0;
        _locations.Add(new RowLocation(repository.Id, offset, file, record.Length));
    }

    /// <summary>The repositories in order of their numbers; called once, after all rows were added.</summary>
    public IReadOnlyList<ISourceRepository> Repositories()
    {
        _byName.Clear();
        CollectionsMarshal.AsSpan(_locations).Sort(static (left, right) => left.Repository.CompareTo(right.Repository));
        var sorted = new List<RowRepository>(_repositories.Values);
        sorted.Sort(static (left, right) => left.Id.CompareTo(right.Id));
        int first = 0;
        foreach (RowRepository repository in sorted)
        {
            repository.First = first;
            first += repository.Count;
        }

        return [.. sorted.Select(repository => new Repository(this, repository))];
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private IReadOnlyList<FoundFile> List(RowRepository repository, CancellationToken cancellation)
    {
        var listing = new List<FoundFile>(repository.Count);
        Dictionary<string, int> paths = new(StringComparer.Ordinal);
        for (int i = repository.First; i < repository.First + repository.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            RowFile file = Describe(_locations[i]);
            listing.Add(file);
            paths[file.Path] = paths.GetValueOrDefault(file.Path) + 1;
        }

        // Rows of one path are ordered by their contents' ids.
        for (int i = 0; i < listing.Count; i++)
        {
            if (paths[listing[i].Path] > 1 && listing[i].Fault is null && Read(listing[i]) is { Buffer: { } buffer } read)
            {
                listing[i] = ((RowFile)listing[i]).WithId(BlobId.Of(buffer.AsSpan(0, read.Length)));
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return Listing.Finish(listing, options);
    }

    private RowFile Describe(RowLocation location)
    {
        (string path, long size) = WithRecord(location, format.DescriptionBytes, format.Describe);
        FileKind? kind = FileKinds.Of(path);
        string? why = PathText.Fault(path);

        return new RowFile
        {
            Location = location,
            Path = why is null ? path : PathText.Shortened(path),
            Kind = kind ?? FileKind.Python,
            Size = size,
            Weight = location.Length,
            Fault = why is not null ? RuleNames.Path : kind is null ? RuleNames.NotPython : null,
            Detail = why ?? "",
        };
    }

    private ReadFile Read(FoundFile file) => WithRecord(
        ((RowFile)file).Location, int.MaxValue, record => format.Content(record, Listing.MaxBytes(file.Kind, options)));

    private delegate T Use<T>(ReadOnlySpan<byte> record);

    private T WithRecord<T>(RowLocation location, int maxBytes, Use<T> use)
    {
        int length = Math.Min(location.Length, maxBytes);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> record = buffer.AsSpan(0, length);
            for (int read = 0, more; read < length; read += more)
            {
                more = RandomAccess.Read(_files[location.File], record[read..], location.Offset + read);
                if (more == 0)
                {
                    throw new EndOfStreamException("the file has become shorter");
                }
            }

            return use(record);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException)
        {
            throw new DataForgeException(
                $"a {kind} source changed while it was read ({e.Message}): leave it alone, and run the same command again.", inner: e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class RowFile : FoundFile
    {
        /// <summary>Where the row is.</summary>
        public required RowLocation Location { get; init; }

        /// <summary>The same file with its content's id.</summary>
        public RowFile WithId(BlobId id) => new()
        {
            Location = Location, Path = Path, Kind = Kind, Size = Size, Weight = Weight, Fault = Fault, Detail = Detail, BlobId = id,
        };
    }

    private sealed class Repository(RowIndex index, RowRepository repository) : ISourceRepository, IOpenRepository
    {
        /// <inheritdoc/>
        public long Id => repository.Id;

        /// <inheritdoc/>
        public string Name => Facts.Name;

        /// <inheritdoc/>
        public RepositoryFacts Facts { get; } = repository.Facts();

        /// <inheritdoc/>
        public string Signature => repository.Signature;

        /// <inheritdoc/>
        public ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation) => new(this);

        /// <inheritdoc/>
        public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation) => new(index.List(repository, cancellation));

        /// <inheritdoc/>
        public ReadFile Read(FoundFile file) => index.Read(file);

        /// <inheritdoc/>
        public void Dispose()
        {
        }
    }
}
