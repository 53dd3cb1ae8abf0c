using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>A repository that a forge told of.</summary>
internal sealed class ForgeRepository(DiscoveredRepository found, string kind, ForgeTransport transport) : ISourceRepository
{
    public long Id => found.Id;

    public string Name => found.FullName;

    public bool IsRemote => true;

    /// <summary>
    /// When it was last pushed to, and the branch that counts; the limits, since a repository that passed them is asked for again under
    /// others. Stars and the like are the snapshot's, of its day.
    /// </summary>
    public string? Freshness => found.PushedAt is { } pushed
        ? StageHash.Combine(
            pushed.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), found.DefaultBranch,
            $"{transport.Context.Options.FetchMaxBytes} {transport.Context.Options.FetchMaxObjects} {transport.Context.Options.FetchTransport}")
        : null;

    public DateTimeOffset? PushedAt => found.PushedAt;

    public async ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation)
    {
        var quota = new FetchQuota(transport.Context.Options, transport.Time);
        try
        {
            try
            {
                return await OpenAsync(found.CloneUrl, quota, cancellation).ConfigureAwait(false);
            }
            catch (FetchException e) when (transport.Lookup is not null && e.Rule is FaultRules.Vanished or FaultRules.Private or FaultRules.Blocked)
            {
                (FetchException? fault, string? address) = await transport.Lookup(found, e, cancellation).ConfigureAwait(false);
                return fault is null && address is not null
                    ? await OpenAsync(address, quota, cancellation).ConfigureAwait(false)
                    : new FaultyRepository(Facts(), fault ?? e);
            }
        }
        catch (FetchException e)
        {
            return new FaultyRepository(Facts(), e);
        }
    }

    private async Task<IOpenRepository> OpenAsync(string cloneUrl, FetchQuota quota, CancellationToken cancellation)
    {
        Uri at = Uri.TryCreate(cloneUrl, UriKind.Absolute, out Uri? address) && transport.Http.IsAtForge(address)
            ? address
            : throw new FetchException(FaultRules.Refused, "its address is not at the forge");
        if (transport.Context.Options.FetchTransport == ArchiveRepository.TransportName)
        {
            var archive = new ArchiveRepository(Facts(), found.DefaultBranch, transport, quota);
            return await transport.Gate.RunAsync(() => quota.DuringAsync(() => archive.ReadAsync(cancellation)), cancellation).ConfigureAwait(false);
        }

        if (transport.Shared is { } shared
            && await shared.TakeAsync(Id, FetchedGit.FolderOf(transport, Id), cancellation).ConfigureAwait(false) is { } shelved)
        {
            return new FetchedGit(Facts() with { Commit = shelved.Commit }, shelved.Address, transport, quota) { IsFetched = true };
        }

        RemoteHead head = await transport.Gate.RunAsync(
            () => quota.DuringAsync(() => new UploadPack(transport.Http).HeadAsync(at, found.DefaultBranch, quota, cancellation)), cancellation)
            .ConfigureAwait(false);
        return head.Commit is { } commit
            ? new FetchedGit(Facts() with { Commit = commit }, head.Address, transport, quota)
            : throw new FetchException(FaultRules.Empty, "it has no commit");
    }

    private RepositoryFacts Facts() => new()
    {
        Id = found.Id,
        Name = found.FullName,
        Source = kind,
        Stars = (int)Math.Clamp(found.Stars, 0, int.MaxValue),
        Forks = (int)Math.Clamp(found.Forks, 0, int.MaxValue),
        IsFork = found.IsFork,
        CreatedAt = found.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ForgeLicense = found.LicenseSpdx,
    };
}
