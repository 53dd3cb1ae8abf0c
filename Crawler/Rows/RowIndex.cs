using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Crawler.Sources;
using Microsoft.Win32.SafeHandles;

namespace DataForge.Crawler.Rows;

/// <summary>Where a row lies: 24 bytes.</summary>
internal readonly record struct RowPlace(long Repository, long Offset, int File, int Length);

/// <summary>
/// Rows in any order, put together into repositories: a first reading notes where each lies, the second goes to its repository's rows
/// one by one. Memory: 24 MB per million rows (72 MB at most while the list grows) and about 500 bytes a repository; never contents.
/// </summary>
internal sealed class RowIndex(string kind, IRowFormat format, CrawlOptions options) : IDisposable
{
    private readonly List<RowPlace> _places = [];
    private readonly Dictionary<long, RowRepository> _repositories = [];
    private readonly Dictionary<string, RowRepository> _byName = new(StringComparer.Ordinal);
    private readonly List<SafeFileHandle> _files = [];

    /// <summary>Rows so far.</summary>
    public long Count => _places.Count;

    /// <summary>Opens a file that rows lie in, and returns its number.</summary>
    public int AddFile(string path)
    {
        _files.Add(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return _files.Count - 1;
    }

    /// <summary>Notes a row that lies as <paramref name="record"/> in a file.</summary>
    public void Add(in Row row, ReadOnlySpan<byte> record, int file, long offset)
    {
        if (!_byName.TryGetValue(row.Repository!, out RowRepository? repository))
        {
            repository = new RowRepository(RepositoryIds.Of(kind, row.Repository!), row.Repository!, kind);
            if (!_repositories.TryAdd(repository.Id, repository))
            {
                throw new DataForgeException($"the repositories '{row.Repository}' and '{_repositories[repository.Id].Facts().Name}' have one number: rename one.");
            }

            _byName.Add(row.Repository!, repository);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(record, hash);
        repository.Add(row, BinaryPrimitives.ReadUInt128BigEndian(hash));
        repository.Count++;
        _places.Add(new RowPlace(repository.Id, offset, file, record.Length));
    }

    /// <summary>The repositories, in order of their numbers, once all rows are noted.</summary>
    public IReadOnlyList<ISourceRepository> Repositories()
    {
        _byName.Clear();
        CollectionsMarshal.AsSpan(_places).Sort(static (left, right) => left.Repository.CompareTo(right.Repository));
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
            RowFile file = Describe(_places[i]);
            listing.Add(file);
            paths[file.Path] = paths.GetValueOrDefault(file.Path) + 1;
        }

        // Where two rows have one path, their contents' ids decide their order.
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

    private RowFile Describe(RowPlace place)
    {
        (string path, long size) = WithRecord(place, format.DescriptionBytes, format.Describe);
        FileKind? kind = FileKinds.Of(path);
        string? why = PathText.Fault(path);

        return new RowFile
        {
            Place = place,
            Path = why is null ? path : PathText.Shortened(path),
            Kind = kind ?? FileKind.Python,
            Size = size,
            Weight = place.Length,
            Fault = why is not null ? FaultRules.Path : kind is null ? FaultRules.NotPython : null,
            Detail = why ?? "",
        };
    }

    private ReadFile Read(FoundFile file) => WithRecord(
        ((RowFile)file).Place, int.MaxValue, record => format.Content(record, Listing.MaxBytes(file.Kind, options)));

    private delegate T Use<T>(ReadOnlySpan<byte> record);

    private T WithRecord<T>(RowPlace place, int most, Use<T> use)
    {
        int length = Math.Min(place.Length, most);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> record = buffer.AsSpan(0, length);
            for (int read = 0, more; read < length; read += more)
            {
                more = RandomAccess.Read(_files[place.File], record[read..], place.Offset + read);
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
        public required RowPlace Place { get; init; }

        public RowFile WithId(BlobId id) => new()
        {
            Place = Place, Path = Path, Kind = Kind, Size = Size, Weight = Weight, Fault = Fault, Detail = Detail, BlobId = id,
        };
    }

    private sealed class Repository(RowIndex index, RowRepository repository) : ISourceRepository, IOpenRepository
    {
        public long Id => repository.Id;

        public string Name => Facts.Name;

        public RepositoryFacts Facts { get; } = repository.Facts();

        public string Signature => repository.Signature;

        public ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation) => new(this);

        public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation) => new(index.List(repository, cancellation));

        public ReadFile Read(FoundFile file) => index.Read(file);

        public void Dispose()
        {
        }
    }
}
