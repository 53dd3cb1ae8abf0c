using System.Buffers;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Crawler.Sources;
using Microsoft.Win32.SafeHandles;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// A repository as a tar.gz of its default branch, for where git's protocol is not spoken. All of it travels; the files that are taken
/// go to a spool as they come, and nothing is unpacked under a name of the archive's choice.
/// </summary>
internal sealed class ArchiveRepository(RepositoryFacts facts, string branch, ForgeTransport transport, FetchQuota quota) : IOpenRepository
{
    /// <summary>The name of this transport.</summary>
    public const string TransportName = "archive";

    // Of what an archive may expand to, against what may be received of it.
    private const long ExpandedShare = 20;

    private readonly string _spool = Path.Combine(transport.Folder, facts.Id.ToString(CultureInfo.InvariantCulture) + ".spool");
    private SafeFileHandle? _handle;
    private IReadOnlyList<FoundFile> _files = [];

    public RepositoryFacts Facts { get; private set; } = facts;

    /// <summary>The commit; what the archive gives before it is read is not known.</summary>
    public string Signature => Facts.Commit ?? throw new InvalidOperationException("the archive is not read yet");

    /// <summary>Reads the archive.</summary>
    /// <exception cref="FetchException">It cannot be had.</exception>
    public async Task<ArchiveRepository> ReadAsync(CancellationToken cancellation)
    {
        string reference = branch.Length > 0 ? branch : "HEAD";
        var address = new Uri(transport.Api, $"repos/{Facts.Name}/tarball/{Uri.EscapeDataString(reference)}");
        try
        {
            await transport.Http.GetAsync(address, quota, ReadAsync, cancellation, transport.Charge).ConfigureAwait(false);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation) => new(_files);

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
                return ReadFile.Faulty(FaultRules.Unreadable, "the spool ends early", entry.Size);
            }

            done += count;
        }

        return new ReadFile(buffer, length, length);
    }

    public void Dispose()
    {
        _handle?.Dispose();
        File.Delete(_spool);
    }

    private async Task ReadAsync(Stream body, CancellationToken cancellation)
    {
        _handle?.Dispose();
        var listing = new ListingBuilder(transport.Context.Options);
        long spooled = 0;
        _handle = File.OpenHandle(_spool, FileMode.Create, FileAccess.ReadWrite);
        long most = ExpandedShare * Math.Min(transport.Context.Options.FetchMaxBytes, long.MaxValue / (2 * ExpandedShare));
        using var plain = new BoundedGunzip(body, quota, most);
        var tar = new TarReader(plain);
        try
        {
            while (await tar.NextAsync(cancellation).ConfigureAwait(false) is { } entry)
            {
                spooled += await TakeAsync(tar, entry, listing, spooled, cancellation).ConfigureAwait(false);
                if (listing.IsFull)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            throw new FetchException(FaultRules.Corrupt, $"its archive is damaged ({FetchException.Printable(e.Message)})", inner: e);
        }

        string commit = tar.Comment is { Length: 40 } id && id.All(char.IsAsciiHexDigitLower)
            ? id
            : throw new FetchException(FaultRules.Unsupported, "its archive does not say of which commit it is");
        if (Facts.Commit is { } wanted && wanted != commit)
        {
            throw new FetchException(FaultRules.Refused, "the archive is of another commit than was asked for");
        }

        Facts = Facts with { Commit = commit };
        _files = listing.Finish();
    }

    // Returns the bytes it added to the spool.
    private async Task<long> TakeAsync(TarReader tar, TarEntry entry, ListingBuilder listing, long offset, CancellationToken cancellation)
    {
        // The archive's own folder comes first.
        int slash = Array.IndexOf(entry.Path, (byte)'/');
        string path = PathText.FromBytes(entry.Path.AsSpan(slash + 1));
        if (slash < 0 || entry.Kind == TarKind.Other || path.Length == 0 || !listing.Enter(path) || FileKinds.Of(path) is not { } kind)
        {
            return 0;
        }

        int mode = entry.Kind == TarKind.Link ? GitMode.Symlink : entry.IsExecutable ? GitMode.Executable : GitMode.File;
        if (PathText.Fault(path) is { } fault)
        {
            listing.AddFault(PathText.Shortened(path), mode, kind, FaultRules.Path, fault);
            return 0;
        }

        if (entry.Kind == TarKind.Link)
        {
            listing.AddFault(path, mode, kind, FaultRules.Symlink, "links are not followed");
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
        listing.Files.Add(new SpooledFile { Path = path, Mode = mode, Kind = kind, Size = entry.Size, BlobId = BlobId.Of(content), Offset = offset });
        return content.Length;
    }

    private sealed class SpooledFile : FoundFile
    {
        public required long Offset { get; init; }
    }
}
