using System.Globalization;
using DataForge.Corpus;
using DataForge.Crawler.Git;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Sources;
using LibGit2Sharp;

namespace DataForge.Crawler.Fetch;

/// <summary>A repository at one commit, fetched partially into a mirror that exists until the repository's rows are written.</summary>
internal sealed class FetchedGit : IFetchedRepository
{
    // The approximate memory of one entry of a listing, in bytes (CrawlOptions.MaxRepositoryFiles).
    private const long EntryBytes = 300;

    // A server that lacks a blob of its own tree names that blob in its error. The fetch is repeated without the blob up to this many
    // times: each takes a round trip, and a repository that lacks more objects is damaged.
    private const int MaxMissing = 16;

    // The filter for a repository that exceeds its byte limit. Git's "1m" is 1,048,576 bytes, the limit of the rule "size".
    private const string LargeFilter = "blob:limit=1m";

    // The server's message for an object that it lacks, followed by the object's id (git's upload-pack.c).
    private const string MissingObject = "not our ref ";

    private readonly Uri _address;
    private readonly ForgeTransport _transport;
    private readonly FetchQuota _quota;
    private readonly UploadPack _upload;
    private readonly FetchMirror _mirror;
    private readonly RepositoryHandles _handles;
    private GitTreeWalk? _tree;
    private IReadOnlyList<GitEntry> _entries = [];
    private IReadOnlyDictionary<BlobId, long> _storedElsewhere = new Dictionary<BlobId, long>();
    private bool _lacksLarge;

    /// <summary>Prepares a repository; nothing is fetched yet.</summary>
    /// <param name="facts">What is known about it, with the commit.</param>
    /// <param name="address">Its address.</param>
    /// <param name="transport">What it is fetched with.</param>
    /// <param name="quota">What fetching it may cost.</param>
    public FetchedGit(RepositoryFacts facts, Uri address, ForgeTransport transport, FetchQuota quota)
    {
        LibGit2.Load();
        (Facts, _address, _transport, _quota) = (facts, address, transport, quota);
        string folder = FolderOf(transport, facts.Id);
        _upload = new UploadPack(transport.Http);
        _mirror = new FetchMirror(folder, transport.Git, quota);
        _handles = new RepositoryHandles(folder);
    }

    /// <summary>The folder of a repository's mirror.</summary>
    /// <param name="transport">What it is fetched with.</param>
    /// <param name="repository">The repository's number.</param>
    public static string FolderOf(ForgeTransport transport, long repository) =>
        Path.Combine(transport.Folder, repository.ToString(CultureInfo.InvariantCulture) + ".git");

    /// <inheritdoc/>
    public RepositoryFacts Facts { get; }

    /// <summary>Whether the commit comes from a list, so that it may no longer exist.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether another crawler has fetched its trees and contents already, so that the mirror exists.</summary>
    public bool IsFetched { get; init; }

    /// <summary>The commit's id.</summary>
    public string Signature => Facts.Commit!;

    /// <inheritdoc/>
    public long Weight => _mirror.Bytes + (8 * EntryBytes * _entries.Count);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlobId>> TreeAsync(CancellationToken cancellation)
    {
        await TransferAsync(async () =>
        {
            if (IsFetched)
            {
                return;
            }

            try
            {
                bool lacksFilters = _transport.HasServersWithoutFilters
                    && await _upload.SupportsFiltersAsync(_address, _quota, cancellation).ConfigureAwait(false) == false;
                await FetchCommitAsync(lacksFilters ? null : "blob:none", cancellation).ConfigureAwait(false);
            }
            catch (FetchException e) when (IsPinned && e.Rule == RuleNames.Refused && FindMissing(e.Detail) == Facts.Commit)
            {
                throw new FetchException(RuleNames.Vanished, $"commit {Facts.Commit} no longer exists", inner: e);
            }
            catch (FetchException e) when (e.Rule is RuleNames.Refused or RuleNames.Unreachable)
            {
                // If a server does not support filters, everything is requested. git's own server closes the connection without a message.
                if (e.Rule == RuleNames.Unreachable)
                {
                    if (await _upload.SupportsFiltersAsync(_address, _quota, cancellation).ConfigureAwait(false) != false)
                    {
                        throw;
                    }

                    _transport.HasServersWithoutFilters = true;
                }

                await FetchCommitAsync(null, cancellation).ConfigureAwait(false);
            }
        }, cancellation).ConfigureAwait(false);
        _tree = new GitTreeWalk(Facts.Commit!, _transport.Context.Options);
        await WalkAsync(_tree, cancellation).ConfigureAwait(false);
        _entries = await new GitLinks(Facts.Commit!).FollowAsync(_entries, use => ReadMirror(() => _handles.With(use)), async missing =>
        {
            _handles.Dispose();
            await TransferAsync(() => FetchBlobsOrAllAsync(missing, cancellation), cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        HashSet<BlobId> seen = [];
        List<BlobId> ids = [];
        foreach (GitEntry entry in _entries)
        {
            if ((entry.Mode != GitMode.Symlink || entry.IsFollowed) && seen.Add(entry.Id))
            {
                ids.Add(entry.Id);
            }
        }

        return ids;
    }

    /// <inheritdoc/>
    public async ValueTask FetchAsync(
        IReadOnlyCollection<BlobId> wanted, IReadOnlyDictionary<BlobId, long> elsewhere, CancellationToken cancellation)
    {
        _storedElsewhere = elsewhere;
        HashSet<string> missing = ReadMirror(() => _handles.With(repository => wanted
            .Where(id => !RepositoryHandles.Contains(repository, id)).Select(id => id.ToString()).ToHashSet()));
        if (missing.Count == 0)
        {
            return;
        }

        _handles.Dispose();
        await TransferAsync(async () =>
        {
            try
            {
                await FetchBlobsOrAllAsync(missing, cancellation).ConfigureAwait(false);
            }
            catch (FetchException e) when (e.Rule == RuleNames.Limit)
            {
                _quota.Restart();
                _lacksLarge = true;
                await FetchCommitAsync(LargeFilter, cancellation).ConfigureAwait(false);
            }
        }, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation)
    {
        (string, string)? missing = _lacksLarge ? (RuleNames.Size, "1 MiB or more; the repository exceeds its byte limit") : null;
        return new(_handles.With(repository => _tree!.Finish(
            repository, _entries, id => _storedElsewhere.TryGetValue(id, out long size) ? size : -1, cancellation, missing)));
    }

    /// <inheritdoc/>
    public ReadFile Read(FoundFile file)
    {
        BlobId id = file.BlobId!.Value;
        return _storedElsewhere.ContainsKey(id) ? new ReadFile(null, 0, file.Size) : _handles.Read(id, file.Size);
    }

    /// <summary>
    /// Passes what was fetched to the crawler that writes. Not if the byte limit was exceeded: that crawler may need less, because it knows
    /// which contents are stored.
    /// </summary>
    public bool TryMoveTo(SharedFetchFolder folder)
    {
        _handles.Dispose();
        return !_lacksLarge && folder.TryAdd(Facts.Id, new FetchedMirror(Facts.Commit!, _address), _mirror.Folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handles.Dispose();
        _mirror.Dispose();
    }

    // A few kilobytes of trees may stand for millions of entries, so the walk counts against the repository's time.
    private Task WalkAsync(GitTreeWalk tree, CancellationToken cancellation) => _quota.RunAsync(() =>
    {
        CancellationToken timeout = _quota.Timeout;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout);
        try
        {
            _entries = ReadMirror(() => _handles.With(repository => tree.Walk(repository, stop.Token)));
            return Task.FromResult(true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw _quota.TimedOut();
        }
    });

    private async Task FetchBlobsOrAllAsync(HashSet<string> ids, CancellationToken cancellation)
    {
        try
        {
            await FetchBlobsAsync(ids, cancellation).ConfigureAwait(false);
        }
        catch (FetchException e) when (e.Rule == RuleNames.Refused)
        {
            // If a server does not send single blobs, all of them are requested.
            await FetchCommitAsync(null, cancellation).ConfigureAwait(false);
        }
    }

    private async Task FetchCommitAsync(string? filter, CancellationToken cancellation)
    {
        _handles.Dispose();
        _mirror.Create();
        await _upload.FetchCommitAsync(_address, Facts.Commit!, filter, _mirror, _quota, cancellation).ConfigureAwait(false);
    }

    private async Task FetchBlobsAsync(HashSet<string> ids, CancellationToken cancellation)
    {
        for (int attempt = 0; ids.Count > 0; attempt++)
        {
            try
            {
                await _upload.FetchBlobsAsync(_address, ids, _mirror, _quota, cancellation).ConfigureAwait(false);
                return;
            }
            catch (FetchException e) when (
                e.Rule == RuleNames.Refused && attempt < MaxMissing && FindMissing(e.Detail) is { } id && ids.Remove(id))
            {
                // The others are requested again; this one becomes a row that says it is missing.
            }
        }
    }

    private static string? FindMissing(string message)
    {
        int at = message.IndexOf(MissingObject, StringComparison.Ordinal);
        return at >= 0 && message.Length >= at + MissingObject.Length + 40 ? message.Substring(at + MissingObject.Length, 40) : null;
    }

    private Task TransferAsync(Func<Task> fetch, CancellationToken cancellation) => _transport.RunAsync(
        _quota,
        async () =>
        {
            await fetch().ConfigureAwait(false);
            return true;
        },
        cancellation);

    private static T ReadMirror<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (LibGit2SharpException e)
        {
            throw new FetchException(RuleNames.Corrupt, FetchException.Printable(e.Message), inner: e);
        }
    }
}
