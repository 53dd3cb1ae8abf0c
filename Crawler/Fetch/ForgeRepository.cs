using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>A repository that a forge's search found. Only its number and name are kept in memory, as there may be millions.</summary>
/// <param name="id">Its number.</param>
/// <param name="name"><c>owner/name</c>.</param>
/// <param name="read">Reads the search's description of a repository from the catalog, by its number.</param>
/// <param name="transport">What it is fetched with.</param>
internal sealed class ForgeRepository(
    long id, string name, Func<long, DiscoveredRepository> read, ForgeTransport transport) : ISourceRepository
{
    /// <inheritdoc/>
    public long Id => id;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsRemote => true;

    /// <summary>
    /// A hash of the time of the last push, the default branch, and the limits: a repository that exceeded them is fetched again under
    /// other limits. Stars and other counts are not part of it: the snapshot keeps those of its day.
    /// </summary>
    public string? Freshness
    {
        get
        {
            CrawlOptions options = transport.Context.Options;
            return read(id) is { PushedAt: { } pushed } found
                ? StageHash.Combine(
                    pushed.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), found.DefaultBranch,
                    $"{options.FetchMaxBytes} {options.FetchMaxObjects} {options.FetchTransport}")
                : null;
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset? PushedAt => read(id).PushedAt;

    /// <inheritdoc/>
    public async ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation)
    {
        DiscoveredRepository found = read(id);
        var quota = new FetchQuota(transport.Context.Options, transport.Time);
        try
        {
            try
            {
                return await OpenAsync(found, found.CloneUrl, quota, cancellation).ConfigureAwait(false);
            }
            catch (FetchException e) when (
                transport.Lookup is not null && e.Rule is RuleNames.Vanished or RuleNames.Private or RuleNames.Blocked)
            {
                (FetchException? fault, string? address) = await transport.Lookup(found, e, cancellation).ConfigureAwait(false);
                return fault is null && address is not null
                    ? await OpenAsync(found, address, quota, cancellation).ConfigureAwait(false)
                    : new FaultyRepository(Facts(found), fault ?? e);
            }
        }
        catch (FetchException e)
        {
            return new FaultyRepository(Facts(found), e);
        }
    }

    private async Task<IOpenRepository> OpenAsync(
        DiscoveredRepository found, string cloneUrl, FetchQuota quota, CancellationToken cancellation)
    {
        Uri address = Uri.TryCreate(cloneUrl, UriKind.Absolute, out Uri? clone) && transport.Http.IsAtForge(clone)
            ? clone
            : throw new FetchException(RuleNames.Refused, "its address is not at the forge");
        if (transport.Context.Options.FetchTransport == ArchiveRepository.TransportName)
        {
            var archive = new ArchiveRepository(Facts(found), found.DefaultBranch, transport, quota);
            return await transport.RunAsync(quota, () => archive.ReadAsync(cancellation), cancellation).ConfigureAwait(false);
        }

        if (transport.Shared is { } shared
            && await shared.TakeAsync(Id, FetchedGit.FolderOf(transport, Id), cancellation).ConfigureAwait(false) is { } fetched)
        {
            return new FetchedGit(Facts(found) with { Commit = fetched.Commit }, fetched.Address, transport, quota) { IsFetched = true };
        }

        var upload = new UploadPack(transport.Http);
        RemoteHead head = await transport.RunAsync(
            quota, () => upload.HeadAsync(address, found.DefaultBranch, quota, cancellation), cancellation).ConfigureAwait(false);
        return head.Commit is { } commit
            ? new FetchedGit(Facts(found) with { Commit = commit }, head.Address, transport, quota)
            : throw new FetchException(RuleNames.Empty, "it has no commit");
    }

    private static RepositoryFacts Facts(DiscoveredRepository found) => new()
    {
        Id = found.Id,
        Name = found.FullName,
        Source = GitHubSource.KindName,
        Stars = (int)Math.Clamp(found.Stars, 0, int.MaxValue),
        Forks = (int)Math.Clamp(found.Forks, 0, int.MaxValue),
        IsFork = found.IsFork,
        CreatedAt = found.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ForgeLicense = found.LicenseSpdx,
    };
}
