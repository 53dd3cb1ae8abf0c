using System.Buffers;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Crawler.Git;
using DataForge.Crawler.Sources;
using Microsoft.Win32.SafeHandles;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// A repository as a tar.gz of its default branch, for where git's protocol is not available. The whole archive is transferred. The files
/// that are taken are written to a spool file while they arrive; no name from the archive is used on disk.
/// </summary>
/// <param name="facts">What is known about it, with the commit where it is known already.</param>
/// <param name="branch">The branch or commit to request; "" for HEAD.</param>
/// <param name="transport">What it is fetched with.</param>
/// <param name="quota">What fetching it may cost.</param>
internal sealed class ArchiveRepository(RepositoryFacts facts, string branch, ForgeTransport transport, FetchQuota quota) : IOpenRepository
{
    /// <summary>The value of option <c>Crawl:FetchTransport</c> for archives.</summary>
    public const string TransportName = "archive";

    // How many times the limit on received bytes an archive may have when it is expanded. gzip reduces source code to about a quarter, so
    // 20 leaves room for repetitive data, and a bomb ends early.
    private const long MaxExpansion = 20;

    private readonly string _spool = Path.Combine(transport.Folder, facts.Id.ToString(CultureInfo.InvariantCulture) + ".spool");
    private readonly ArchiveLinks _links = new();
    private SafeFileHandle? _handle;
    private IReadOnlyList<FoundFile> _files = [];

    /// <inheritdoc/>
    public RepositoryFacts Facts { get; private set; } = facts;

    /// <summary>The commit's id; known when the archive was read.</summary>
    public string Signature => Facts.Commit ?? throw new InvalidOperationException("the archive is not read yet");

    /// <summary>Fetches and reads the archive; returns this repository.</summary>
    /// <exception cref="FetchException">It cannot be fetched.</exception>
    public async Task<ArchiveRepository> ReadAsync(CancellationToken cancellation)
    {
        string reference = branch.Length > 0 ? branch : "HEAD";
        var address = new Uri(transport.Api, $"repos/{Facts.Name}/tarball/{Uri.EscapeDataString(reference)}");
        try
        {
            await transport.Http.GetAsync(address, quota, ReadAsync, cancellation, transport.AcquirePermit).ConfigureAwait(false);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation) => new(_files);

    /// <inheritdoc/>
    public ReadFile Read(FoundFile file)
    {
        var entry = (SpooledFile)file;
        int length = (int)entry.Size;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        for (int done = 0; done < length;)
        {
            int count = RandomAccess.Read(_handle!, buffer.AsSpan(done, length - done), entry.Offset + done);
            if (count == 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return ReadFile.Faulty(RuleNames.Unreadable, "the spool file ends early", entry.Size);
            }

            done += count;
        }

        return new ReadFile(buffer, length, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle?.Dispose();
        File.Delete(_spool);
    }

    private async Task ReadAsync(Stream body, CancellationToken cancellation)
    {
        _handle?.Dispose();
        var listing = new ListingBuilder(transport.Context.Options);
        _links.Clear();
        long spooled = 0;
        _handle = File.OpenHandle(_spool, FileMode.Create, FileAccess.ReadWrite);
        long maxBytes = MaxExpansion * Math.Min(transport.Context.Options.FetchMaxBytes, long.MaxValue / (2 * MaxExpansion));
        using var plain = new BoundedGunzip(body, quota, maxBytes);
        var tar = new TarReader(plain);
        try
        {
            while (await tar.NextAsync(cancellation).ConfigureAwait(false) is { } entry)
            {
                spooled += await AddAsync(tar, entry, listing, spooled, cancellation).ConfigureAwait(false);
                if (listing.IsFull)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            throw new FetchException(RuleNames.Corrupt, $"its archive is damaged ({FetchException.Printable(e.Message)})", inner: e);
        }

        string commit = tar.Comment is { } id && CommitId.IsValid(id)
            ? id
            : throw new FetchException(RuleNames.Unsupported, "its archive does not name its commit");
        if (Facts.Commit is { } wanted && wanted != commit)
        {
            throw new FetchException(RuleNames.Refused, "the archive is of another commit than the requested one");
        }

        Facts = Facts with { Commit = commit };
        IReadOnlyDictionary<FoundFile, FoundFile> followed = _links.Follow(listing.Files);
        listing.Files.RemoveAll(followed.ContainsKey);
        listing.Files.AddRange(followed.Select(pair => ((SpooledFile)pair.Value).LinkedFrom(pair.Key)));

        _files = listing.Finish();
    }

    // Returns the number of bytes added to the spool file.
    private async Task<long> AddAsync(TarReader tar, TarEntry entry, ListingBuilder listing, long offset, CancellationToken cancellation)
    {
        // The first part of each path is the archive's own folder.
        int slash = Array.IndexOf(entry.Path, (byte)'/');
        string path = PathText.FromBytes(entry.Path.AsSpan(slash + 1));
        if (slash < 0 || entry.Kind == TarKind.Other || path.Length == 0 || !listing.Enter(path))
        {
            return 0;
        }

        if (entry.Kind == TarKind.Link)
        {
            _links.Add(path, entry.Target);
        }

        if (FileKinds.Of(path) is not { } kind)
        {
            return 0;
        }

        int mode = entry.Kind == TarKind.Link ? GitMode.Symlink : entry.IsExecutable ? GitMode.Executable : GitMode.File;
        if (PathText.Fault(path) is { } fault)
        {
            listing.AddFault(PathText.Shortened(path), mode, kind, RuleNames.Path, fault);
            return 0;
        }

        if (entry.Kind == TarKind.Link)
        {
            listing.AddFault(path, mode, kind, RuleNames.Symlink, LinkPath.DetailOf(kind));
            return 0;
        }

        if (entry.Size >= Listing.MaxBytes(kind, transport.Context.Options))
        {
            listing.Files.Add(new FoundFile { Path = path, Mode = mode, Kind = kind, Size = entry.Size });
            return 0;
        }

        byte[] content = new byte[entry.Size];
        for (int done = 0; done < content.Length;)
        {
            done += await tar.ReadAsync(content.AsMemory(done), cancellation).ConfigureAwait(false);
        }

        RandomAccess.Write(_handle!, content, offset);
        listing.Files.Add(new SpooledFile
        {
            Path = path, Mode = mode, Kind = kind, Size = entry.Size, BlobId = BlobId.Of(content), Offset = offset,
        });
        return content.Length;
    }

    private sealed class SpooledFile : FoundFile
    {
        /// <summary>The content's offset in the spool file, in bytes.</summary>
        public required long Offset { get; init; }

        /// <summary>The same content at the path of a link.</summary>
        public SpooledFile LinkedFrom(FoundFile link) => new()
        {
            Path = link.Path, Mode = link.Mode, Kind = link.Kind, Size = Size, BlobId = BlobId, Offset = Offset,
        };
    }
}
