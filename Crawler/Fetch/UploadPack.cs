using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using DataForge.Corpus;
using DataForge.Crawler.Git;

namespace DataForge.Crawler.Fetch;

/// <summary>The commit that a remote repository's HEAD names.</summary>
/// <param name="Address">The address of the repository that responded.</param>
/// <param name="Commit">The commit's id, 40 hexadecimal digits; null if there is none.</param>
internal sealed record RemoteHead(Uri Address, string? Commit);

/// <summary>
/// The client side of git's protocol 2 over HTTP (https://git-scm.com/docs/protocol-v2), as far as a crawler needs it: the commit that HEAD
/// names, one commit with its trees, and blobs by their ids. libgit2 has no partial fetch, and the git command line starts about six
/// processes for one. A server of protocol 2 accepts commands without being asked for its capabilities first, which saves a request.
/// </summary>
internal sealed class UploadPack(GitHttp http)
{
    // A bound for the request; a file system allows 255 bytes per part of a branch's name.
    private const int MaxBranch = 1024;
    private const string Agent = "agent=dataforge";
    private const string OtherFormat = "its ids are of another hash than SHA-1";

    /// <summary>Finds the commit that HEAD names, or else the one of the forge's default branch.</summary>
    /// <exception cref="FetchException">The repository cannot be fetched.</exception>
    public async Task<RemoteHead> HeadAsync(Uri repository, string? branch, FetchQuota quota, CancellationToken cancellation)
    {
        try
        {
            return await RequestHeadAsync(repository, branch, quota, cancellation).ConfigureAwait(false);
        }
        catch (FetchException e) when (e.Rule == RuleNames.Unreachable)
        {
            // git's backend closes the connection without a message if client and repository use different hashes.
            return (await ReadCapabilitiesAsync(repository, quota, cancellation).ConfigureAwait(false)).IsOtherFormat
                ? throw new FetchException(RuleNames.Unsupported, OtherFormat, inner: e)
                : throw new FetchException(e.Rule, e.Detail, e.IsTransient, e);
        }
    }

    /// <summary>Whether the server supports partial fetches; null if it does not say.</summary>
    public async Task<bool?> SupportsFiltersAsync(Uri repository, FetchQuota quota, CancellationToken cancellation) =>
        (await ReadCapabilitiesAsync(repository, quota, cancellation).ConfigureAwait(false)).SupportsFilters;

    private async Task<(bool IsOtherFormat, bool? SupportsFilters)> ReadCapabilitiesAsync(
        Uri repository, FetchQuota quota, CancellationToken cancellation)
    {
        var address = new Uri(repository.AbsoluteUri.TrimEnd('/') + "/info/refs?service=git-upload-pack");
        bool isOther = false;
        bool? supportsFilters = null;
        try
        {
            await http.GetAsync(address, quota, async (body, token) =>
            {
                var reader = new PktReader(body);
                PktKind kind;
                while ((kind = await reader.ReadAsync(token).ConfigureAwait(false)) != PktKind.End)
                {
                    string line = kind == PktKind.Data ? reader.Text : "";
                    supportsFilters = line.StartsWith("fetch", StringComparison.Ordinal)
                        ? line.Split('=', ' ').Contains("filter")
                        : supportsFilters;
                    isOther |= line.StartsWith("object-format=", StringComparison.Ordinal) && line != "object-format=sha1";
                }
            }, cancellation).ConfigureAwait(false);
        }
        catch (FetchException)
        {
            // No response to this request either: the caller keeps its first fault.
        }

        return (isOther, supportsFilters);
    }

    private async Task<RemoteHead> RequestHeadAsync(Uri repository, string? branch, FetchQuota quota, CancellationToken cancellation)
    {
        var message = new ArrayBufferWriter<byte>();
        PktLine.Line(message, "command=ls-refs");
        PktLine.Line(message, Agent);
        PktLine.Delimiter(message);
        PktLine.Line(message, "ref-prefix HEAD");
        string named = "refs/heads/" + branch;
        if (branch is { Length: > 0 and < MaxBranch } && !branch.Any(char.IsControl))
        {
            PktLine.Line(message, "ref-prefix " + named);
        }

        PktLine.Flush(message);
        string? head = null;
        string? byName = null;
        Uri address = await http.PostAsync(repository, message.WrittenMemory, quota, async (reader, token) =>
        {
            (head, byName) = (null, null);
            while (await NextAsync(reader, token).ConfigureAwait(false) == PktKind.Data)
            {
                string line = reader.Text;
                int space = line.IndexOf(' ');
                string name = line[(space + 1)..];
                int end = name.IndexOf(' ');
                name = end < 0 ? name : name[..end];
                head = name == "HEAD" ? CheckId(line[..Math.Max(space, 0)]) : head;
                byName = name == named ? CheckId(line[..Math.Max(space, 0)]) : byName;
            }
        }, cancellation).ConfigureAwait(false);
        return new RemoteHead(address, head ?? byName);
    }

    /// <summary>Fetches a commit without its parents, with its trees and its blobs.</summary>
    /// <param name="repository">The repository's address.</param>
    /// <param name="commit">The commit's id.</param>
    /// <param name="filter">Which blobs to leave out (https://git-scm.com/docs/git-rev-list, <c>--filter</c>); null for none.</param>
    /// <param name="sink">Receives the pack.</param>
    /// <param name="quota">What fetching the repository may cost.</param>
    /// <param name="cancellation">Stops the fetch.</param>
    /// <exception cref="FetchException">The commit cannot be fetched.</exception>
    public Task FetchCommitAsync(
        Uri repository, string commit, string? filter, IPackSink sink, FetchQuota quota, CancellationToken cancellation) =>
        FetchAsync(repository, [commit], filter is null ? ["deepen 1"] : ["deepen 1", "filter " + filter], sink, quota, cancellation);

    /// <summary>Fetches blobs by their ids, in one request.</summary>
    /// <exception cref="FetchException">They cannot be fetched.</exception>
    public Task FetchBlobsAsync(
        Uri repository, IReadOnlyCollection<string> ids, IPackSink sink, FetchQuota quota, CancellationToken cancellation) =>
        FetchAsync(repository, ids, [], sink, quota, cancellation);

    private async Task FetchAsync(
        Uri repository, IReadOnlyCollection<string> wants, IReadOnlyList<string> arguments, IPackSink sink, FetchQuota quota,
        CancellationToken cancellation)
    {
        var message = new ArrayBufferWriter<byte>(256 + (50 * wants.Count));
        PktLine.Line(message, "command=fetch");
        PktLine.Line(message, Agent);
        PktLine.Delimiter(message);
        foreach (string line in (string[])["ofs-delta", "no-progress", .. arguments])
        {
            PktLine.Line(message, line);
        }

        foreach (string want in wants)
        {
            PktLine.Line(message, "want " + want);
        }

        PktLine.Line(message, "done");
        PktLine.Flush(message);
        await http.PostAsync(
            repository, message.WrittenMemory, quota,
            (reader, token) => sink.TakeAsync(new PackStream(reader, quota), token), cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads a packet of a response; an error packet of the server becomes an exception.</summary>
    internal static async ValueTask<PktKind> NextAsync(PktReader reader, CancellationToken cancellation)
    {
        PktKind kind = await reader.ReadAsync(cancellation).ConfigureAwait(false);
        if (kind == PktKind.End)
        {
            throw new EndOfStreamException("the response ends early");
        }

        return kind == PktKind.Data && reader.Data.Span.StartsWith("ERR "u8) ? throw Refusal(reader.Text[4..]) : kind;
    }

    /// <summary>The exception for a server's error message.</summary>
    internal static FetchException Refusal(string message)
    {
        string printable = FetchException.Printable(message);
        bool isFormat = printable.Contains("object format", StringComparison.OrdinalIgnoreCase);
        return isFormat ? new FetchException(RuleNames.Unsupported, OtherFormat) : new FetchException(RuleNames.Refused, printable);
    }

    private static string CheckId(string id) => CommitId.IsValid(id)
        ? id
        : throw (id.Length == 64
            ? new FetchException(RuleNames.Unsupported, OtherFormat)
            : new FetchException(RuleNames.Corrupt, "the server names a commit by something that is not an id"));
}

/// <summary>Receives a pack while it is transferred. Where a request is sent again, it is called again.</summary>
internal interface IPackSink
{
    /// <summary>Reads the pack to its end.</summary>
    Task TakeAsync(PackStream pack, CancellationToken cancellation);
}

/// <summary>
/// The pack in the response to a fetch: the sections before it are skipped, the side bands are separated
/// (https://git-scm.com/docs/protocol-capabilities#_side_band_side_band_64k), and bytes and objects are counted.
/// </summary>
internal sealed class PackStream(PktReader reader, FetchQuota quota)
{
    private const byte DataBand = 1;
    private const byte ErrorBand = 3;
    private long _length;
    private bool _isOpen;
    private bool _hasEnded;

    /// <summary>The next piece of the pack, valid until the next call; empty at the pack's end.</summary>
    /// <exception cref="FetchException">The server reports an error, or sends too much.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        if (_hasEnded)
        {
            return default;
        }

        if (!_isOpen)
        {
            await OpenAsync(cancellation).ConfigureAwait(false);
        }

        while (await UploadPack.NextAsync(reader, cancellation).ConfigureAwait(false) == PktKind.Data)
        {
            if (reader.Data.Length < 2)
            {
                continue;
            }

            ReadOnlyMemory<byte> data = reader.Data[1..];
            switch (reader.Data.Span[0])
            {
                case DataBand:
                    CheckHeader(data.Span);
                    _length += data.Length;
                    return data;
                case ErrorBand:
                    throw UploadPack.Refusal(Encoding.UTF8.GetString(data.Span));
            }
        }

        _hasEnded = true;
        return _length > 0 ? default : throw new FetchException(RuleNames.Corrupt, "the server sent no pack");
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        // The sections before the pack say which commits are shallow or acknowledged, which is known.
        string line = "";
        while (line != "packfile")
        {
            PktKind kind = await UploadPack.NextAsync(reader, cancellation).ConfigureAwait(false);
            if (kind is PktKind.Flush or PktKind.ResponseEnd)
            {
                throw new FetchException(RuleNames.Corrupt, "the server sent no pack");
            }

            line = kind == PktKind.Data ? reader.Text : "";
        }

        _isOpen = true;
    }

    // A pack begins with "PACK", its version and the number of its objects, big-endian.
    private void CheckHeader(ReadOnlySpan<byte> data)
    {
        if (_length == 0 && data.Length >= 12 && data.StartsWith("PACK"u8))
        {
            quota.CheckObjects(BinaryPrimitives.ReadUInt32BigEndian(data[8..]));
        }
    }
}
