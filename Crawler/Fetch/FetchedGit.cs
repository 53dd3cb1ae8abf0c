using System.Globalization;
using DataForge.Corpus;
using DataForge.Crawler.Git;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Sources;
using LibGit2Sharp;

namespace DataForge.Crawler.Fetch;

/// <summary>A repository at one commit, fetched in part into a mirror that lasts until it is written.</summary>
internal sealed class FetchedGit : IFetchedRepository
{
    // Bytes of memory of one entry of a listing, about.
    private const long EntryBytes = 300;

    // A server that lacks a blob of its own tree names it; so many are let go before it is taken at its word.
    private const int MaxMissing = 16;

    // The partial fetch of a repository that passes its byte limit. Git's "1m" is the rule's 1,048,576 bytes; larger ones stay away.
    private const string LargeFilter = "blob:limit=1m";
    private const string NotOurs = "not our ref ";

    private readonly Uri _address;
    private readonly ForgeTransport _transport;
    private readonly FetchQuota _quota;
    private readonly UploadPack _upload;
    private readonly Mirror _mirror;
    private readonly RepositoryHandles _handles;
    private GitTree? _tree;
    private IReadOnlyList<GitEntry> _entries = [];
    private IReadOnlyDictionary<BlobId, long> _elsewhere = new Dictionary<BlobId, long>();
    private bool _hasLeftLarge;

    public FetchedGit(RepositoryFacts facts, Uri address, ForgeTransport transport, FetchQuota quota)
    {
        LibGit2.Load();
        (Facts, _address, _transport, _quota) = (facts, address, transport, quota);
        string folder = FolderOf(transport, facts.Id);
        _upload = new UploadPack(transport.Http);
        _mirror = new Mirror(folder, transport.Git, quota);
        _handles = new RepositoryHandles(folder);
    }

    /// <summary>Where a repository's mirror is while it is read.</summary>
    public static string FolderOf(ForgeTransport transport, long repository) =>
        Path.Combine(transport.Folder, repository.ToString(CultureInfo.InvariantCulture) + ".git");

    public RepositoryFacts Facts { get; }

    /// <summary>Whether the commit was given rather than asked for, and may be gone.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether another crawler fetched its trees, and contents with them, and the mirror is there.</summary>
    public bool IsFetched { get; init; }

    /// <summary>The commit.</summary>
    public string Signature => Facts.Commit!;

    public long Weight => _mirror.Bytes + (8 * EntryBytes * _entries.Count);

    public async ValueTask<IReadOnlyList<BlobId>> TreeAsync(CancellationToken cancellation)
    {
        await GuardedAsync(async () =>
        {
            if (IsFetched)
            {
                return;
            }

            try
            {
                bool knowsNone = _transport.HasServersWithoutFilters
                    && await _upload.KnowsFiltersAsync(_address, _quota, cancellation).ConfigureAwait(false) == false;
                await FetchCommitAsync(knowsNone ? null : "blob:none", cancellation).ConfigureAwait(false);
            }
            catch (FetchException e) when (IsPinned && e.Rule == FaultRules.Refused && Missing(e.Detail) == Facts.Commit)
            {
                throw new FetchException(FaultRules.Vanished, $"commit {Facts.Commit} is not there any more", inner: e);
            }
            catch (FetchException e) when (e.Rule is FaultRules.Refused or FaultRules.Unreachable)
            {
                // A server that knows no filters sends everything. git's own breaks off without a word to the client.
                if (e.Rule == FaultRules.Unreachable)
                {
                    if (await _upload.KnowsFiltersAsync(_address, _quota, cancellation).ConfigureAwait(false) != false)
                    {
                        throw;
                    }

                    _transport.HasServersWithoutFilters = true;
                }

                await FetchCommitAsync(null, cancellation).ConfigureAwait(false);
            }
        }, cancellation).ConfigureAwait(false);
        _tree = new GitTree(Facts.Commit!, _transport.Context.Options);
        await WalkAsync(_tree, cancellation).ConfigureAwait(false);
        HashSet<BlobId> seen = [];
        List<BlobId> ids = [];
        foreach (GitEntry entry in _entries)
        {
            if (entry.Mode != GitMode.Symlink && seen.Add(entry.Id))
            {
                ids.Add(entry.Id);
            }
        }

        return ids;
    }

    public async ValueTask FetchAsync(
        IReadOnlyCollection<BlobId> wanted, IReadOnlyDictionary<BlobId, long> elsewhere, CancellationToken cancellation)
    {
        _elsewhere = elsewhere;
        HashSet<string> missing = Guarded(() => _handles.With(repository => wanted
            .Where(id => !RepositoryHandles.Contains(repository, id)).Select(id => id.ToString()).ToHashSet()));
        if (missing.Count == 0)
        {
            return;
        }

        _handles.Dispose();
        await GuardedAsync(async () =>
        {
            try
            {
                await FetchBlobsAsync(missing, cancellation).ConfigureAwait(false);
            }
            catch (FetchException e) when (e.Rule == FaultRules.Limit)
            {
                _quota.Restart();
                _hasLeftLarge = true;
                await FetchCommitAsync(LargeFilter, cancellation).ConfigureAwait(false);
            }
            catch (FetchException e) when (e.Rule == FaultRules.Refused)
            {
                // A server that gives no single blobs gives all of them.
                await FetchCommitAsync(null, cancellation).ConfigureAwait(false);
            }
        }, cancellation).ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation)
    {
        (string, string)? missing = _hasLeftLarge ? (FaultRules.Size, "1 MiB or more, left out where all would be too much") : null;
        return new(_handles.With(repository => _tree!.Finish(
            repository, _entries, id => _elsewhere.TryGetValue(id, out long size) ? size : -1, cancellation, missing)));
    }

    public ReadFile Read(FoundFile file)
    {
        BlobId id = file.BlobId!.Value;
        return _elsewhere.ContainsKey(id) ? new ReadFile(null, 0, file.Size) : _handles.Read(id, file.Size);
    }

    /// <summary>Leaves what was fetched for the crawler that writes; not where it was too much, for that one may need less.</summary>
    public bool TryMoveTo(SharedFetchFolder folder)
    {
        _handles.Dispose();
        return !_hasLeftLarge && folder.TryAdd(Facts.Id, new FetchedMirror(Facts.Commit!, _address), _mirror.Folder);
    }

    public void Dispose()
    {
        _handles.Dispose();
        _mirror.Dispose();
    }

    // A few kilobytes of trees may stand for millions of entries, so the walk takes of the repository's time.
    private Task WalkAsync(GitTree tree, CancellationToken cancellation) => _quota.DuringAsync(() =>
    {
        CancellationToken patience = _quota.Patience;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience);
        try
        {
            _entries = Guarded(() => _handles.With(repository => tree.Walk(repository, stop.Token)));
            return Task.FromResult(true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw _quota.TimeOver();
        }
    });

    private async Task FetchCommitAsync(string? filter, CancellationToken cancellation)
    {
        _handles.Dispose();
        _mirror.Create();
        await _upload.FetchCommitAsync(_address, Facts.Commit!, filter, _mirror, _quota, cancellation).ConfigureAwait(false);
    }

    private async Task FetchBlobsAsync(HashSet<string> ids, CancellationToken cancellation)
    {
        for (int trial = 0; ids.Count > 0; trial++)
        {
            try
            {
                await _upload.FetchBlobsAsync(_address, ids, _mirror, _quota, cancellation).ConfigureAwait(false);
                return;
            }
            catch (FetchException e) when (e.Rule == FaultRules.Refused && trial < MaxMissing && Missing(e.Detail) is { } id && ids.Remove(id))
            {
                // The others are asked for again; this one becomes a row that says it is missing.
            }
        }
    }

    private static string? Missing(string words)
    {
        int at = words.IndexOf(NotOurs, StringComparison.Ordinal);
        return at >= 0 && words.Length >= at + NotOurs.Length + 40 ? words.Substring(at + NotOurs.Length, 40) : null;
    }

    private Task GuardedAsync(Func<Task> fetch, CancellationToken cancellation) => _transport.Gate.RunAsync(
        () => _quota.DuringAsync(async () =>
        {
            await fetch().ConfigureAwait(false);
            return true;
        }), cancellation);

    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (LibGit2SharpException e)
        {
            throw new FetchException(FaultRules.Corrupt, FetchException.Printable(e.Message), inner: e);
        }
    }
}
