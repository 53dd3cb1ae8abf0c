using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>A repository that a forge told of. Of a million at a time there is a number and a name each.</summary>
/// <param name="id">Its number.</param>
/// <param name="name"><c>owner/name</c>.</param>
/// <param name="read">Gives what the forge told of a repository, by its number.</param>
/// <param name="transport">What it is fetched with.</param>
internal sealed class ForgeRepository(long id, string name, Func<long, DiscoveredRepository> read, ForgeTransport transport) : ISourceRepository
{
    public long Id => id;

    public string Name => name;

    public bool IsRemote => true;

    /// <summary>
    /// When it was last pushed to, and the branch that counts; the limits, since a repository that passed them is asked for again under
    /// others. Stars and the like are the snapshot's, of its day.
    /// </summary>
    public string? Freshness => read(id) is { PushedAt: { } pushed } found
        ? StageHash.Combine(
            pushed.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), found.DefaultBranch,
            $"{transport.Context.Options.FetchMaxBytes} {transport.Context.Options.FetchMaxObjects} {transport.Context.Options.FetchTransport}")
        : null;

    public DateTimeOffset? PushedAt => read(id).PushedAt;

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
            catch (FetchException e) when (transport.Lookup is not null && e.Rule is FaultRules.Vanished or FaultRules.Private or FaultRules.Blocked)
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

    private async Task<IOpenRepository> OpenAsync(DiscoveredRepository found, string cloneUrl, FetchQuota quota, CancellationToken cancellation)
    {
        Uri at = Uri.TryCreate(cloneUrl, UriKind.Absolute, out Uri? address) && transport.Http.IsAtForge(address)
            ? address
            : throw new FetchException(FaultRules.Refused, "its address is not at the forge");
        if (transport.Context.Options.FetchTransport == ArchiveRepository.TransportName)
        {
            var archive = new ArchiveRepository(Facts(found), found.DefaultBranch, transport, quota);
            return await transport.Gate.RunAsync(() => quota.DuringAsync(() => archive.ReadAsync(cancellation)), cancellation).ConfigureAwait(false);
        }

        if (transport.Shared is { } shared
            && await shared.TakeAsync(Id, FetchedGit.FolderOf(transport, Id), cancellation).ConfigureAwait(false) is { } shelved)
        {
            return new FetchedGit(Facts(found) with { Commit = shelved.Commit }, shelved.Address, transport, quota) { IsFetched = true };
        }

        RemoteHead head = await transport.Gate.RunAsync(
            () => quota.DuringAsync(() => new UploadPack(transport.Http).HeadAsync(at, found.DefaultBranch, quota, cancellation)), cancellation)
            .ConfigureAwait(false);
        return head.Commit is { } commit
            ? new FetchedGit(Facts(found) with { Commit = commit }, head.Address, transport, quota)
            : throw new FetchException(FaultRules.Empty, "it has no commit");
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
