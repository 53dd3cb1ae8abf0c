using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>What a remote repository's HEAD names.</summary>
/// <param name="Address">Where the repository answered.</param>
/// <param name="Commit">The commit's id, 40 hexadecimal digits; null where there is none.</param>
internal sealed record RemoteHead(Uri Address, string? Commit);

/// <summary>
/// The client's side of git's protocol 2 over HTTP (https://git-scm.com/docs/protocol-v2), as far as a crawler needs it: what HEAD
/// names, one commit with its trees, and blobs by their ids. libgit2 1.5 has no partial fetch, and the command line starts some six
/// processes for one. A server of protocol 2 takes commands without being asked for its capabilities first, which saves a request.
/// </summary>
internal sealed class UploadPack(GitHttp http)
{
    private const string Agent = "agent=dataforge";
    private const string OtherFormat = "its ids are of another hash than SHA-1";

    /// <summary>Asks what HEAD names, or else the branch that the forge calls the default.</summary>
    /// <exception cref="FetchException">The repository cannot be had.</exception>
    public async Task<RemoteHead> HeadAsync(Uri repository, string? branch, FetchQuota quota, CancellationToken cancellation)
    {
        try
        {
            return await AskHeadAsync(repository, branch, quota, cancellation).ConfigureAwait(false);
        }
        catch (FetchException e) when (e.Rule == FaultRules.Unreachable)
        {
            // git's backend breaks off where client and repository differ in their hash, without a word to the client.
            return (await CapabilitiesAsync(repository, quota, cancellation).ConfigureAwait(false)).IsOtherFormat
                ? throw new FetchException(FaultRules.Unsupported, OtherFormat, inner: e)
                : throw new FetchException(e.Rule, e.Detail, e.IsPassing, e);
        }
    }

    /// <summary>Whether the server takes partial fetches; null where it does not say.</summary>
    public async Task<bool?> KnowsFiltersAsync(Uri repository, FetchQuota quota, CancellationToken cancellation) =>
        (await CapabilitiesAsync(repository, quota, cancellation).ConfigureAwait(false)).KnowsFilters;

    private async Task<(bool IsOtherFormat, bool? KnowsFilters)> CapabilitiesAsync(Uri repository, FetchQuota quota, CancellationToken cancellation)
    {
        bool isOther = false;
        bool? knowsFilters = null;
        try
        {
            await http.GetAsync(new Uri(repository.AbsoluteUri.TrimEnd('/') + "/info/refs?service=git-upload-pack"), quota, async (body, token) =>
            {
                var reader = new PktReader(body);
                PktKind kind;
                while ((kind = await reader.ReadAsync(token).ConfigureAwait(false)) != PktKind.End)
                {
                    string line = kind == PktKind.Data ? reader.Text : "";
                    knowsFilters = line.StartsWith("fetch", StringComparison.Ordinal) ? line.Split('=', ' ').Contains("filter") : knowsFilters;
                    isOther |= line.StartsWith("object-format=", StringComparison.Ordinal) && line != "object-format=sha1";
                }
            }, cancellation).ConfigureAwait(false);
        }
        catch (FetchException)
        {
            // No answer to this either: the first fault stands.
        }

        return (isOther, knowsFilters);
    }

    private async Task<RemoteHead> AskHeadAsync(Uri repository, string? branch, FetchQuota quota, CancellationToken cancellation)
    {
        var message = new ArrayBufferWriter<byte>();
        PktLine.Line(message, "command=ls-refs");
        PktLine.Line(message, Agent);
        PktLine.Delimiter(message);
        PktLine.Line(message, "ref-prefix HEAD");
        string named = "refs/heads/" + branch;
        if (branch is { Length: > 0 and < 1024 } && !branch.Any(char.IsControl))
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

    /// <summary>Fetches a commit without its parents, with its trees, and with the blobs that the filter leaves; null leaves all.</summary>
    /// <exception cref="FetchException">It cannot be had.</exception>
    public Task FetchCommitAsync(
        Uri repository, string commit, string? filter, IPackSink sink, FetchQuota quota, CancellationToken cancellation) =>
        FetchAsync(repository, [commit], filter is null ? ["deepen 1"] : ["deepen 1", "filter " + filter], sink, quota, cancellation);

    /// <summary>Fetches blobs by their ids, in one request.</summary>
    /// <exception cref="FetchException">They cannot be had.</exception>
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

    /// <summary>Reads a packet of an answer's text; a server's own words of failure become an exception.</summary>
    internal static async ValueTask<PktKind> NextAsync(PktReader reader, CancellationToken cancellation)
    {
        PktKind kind = await reader.ReadAsync(cancellation).ConfigureAwait(false);
        if (kind == PktKind.End)
        {
            throw new EndOfStreamException("the answer ends early");
        }

        return kind == PktKind.Data && reader.Data.Span.StartsWith("ERR "u8) ? throw Refusal(reader.Text[4..]) : kind;
    }

    /// <summary>What a server's words of failure mean.</summary>
    internal static FetchException Refusal(string words)
    {
        string said = FetchException.Printable(words);
        bool isFormat = said.Contains("object format", StringComparison.OrdinalIgnoreCase);
        return isFormat ? new FetchException(FaultRules.Unsupported, OtherFormat) : new FetchException(FaultRules.Refused, said);
    }

    private static string CheckId(string id) => id.Length == 40 && id.All(char.IsAsciiHexDigitLower)
        ? id
        : throw (id.Length == 64
            ? new FetchException(FaultRules.Unsupported, OtherFormat)
            : new FetchException(FaultRules.Corrupt, "the server names a commit by something that is no id"));
}

/// <summary>Takes a pack as it comes in. A request that is tried again calls it again.</summary>
internal interface IPackSink
{
    /// <summary>Reads the pack to its end.</summary>
    Task TakeAsync(PackStream pack, CancellationToken cancellation);
}

/// <summary>The pack within the answer to a fetch: what comes before it skipped, bands taken apart, bytes and objects counted.</summary>
internal sealed class PackStream(PktReader reader, FetchQuota quota)
{
    private long _length;
    private bool _isOpen;
    private bool _hasEnded;

    /// <summary>The next piece of the pack, valid until the next call; empty at its end.</summary>
    /// <exception cref="FetchException">The server gave up, or sends too much.</exception>
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
                case 1:
                    CheckHead(data.Span);
                    _length += data.Length;
                    return data;
                case 3:
                    throw UploadPack.Refusal(Encoding.UTF8.GetString(data.Span));
            }
        }

        _hasEnded = true;
        return _length > 0 ? default : throw new FetchException(FaultRules.Corrupt, "the server sent no pack");
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        // Sections before the pack say what is shallow or acknowledged, which is known.
        string line = "";
        while (line != "packfile")
        {
            PktKind kind = await UploadPack.NextAsync(reader, cancellation).ConfigureAwait(false);
            if (kind is PktKind.Flush or PktKind.ResponseEnd)
            {
                throw new FetchException(FaultRules.Corrupt, "the server sent no pack");
            }

            line = kind == PktKind.Data ? reader.Text : "";
        }

        _isOpen = true;
    }

    // A pack begins with "PACK", its version and the number of its objects, big-endian.
    private void CheckHead(ReadOnlySpan<byte> data)
    {
        if (_length == 0 && data.Length >= 12 && data.StartsWith("PACK"u8))
        {
            quota.CheckObjects(BinaryPrimitives.ReadUInt32BigEndian(data[8..]));
        }
    }
}
