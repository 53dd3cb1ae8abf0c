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
            pushed.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), found.DefaultBranch, found.CloneUrl,
            $"{transport.Context.Options.FetchMaxBytes} {transport.Context.Options.FetchMaxObjects} {transport.Context.Options.FetchTransport}")
        : null;

    public async ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation)
    {
        var quota = new FetchQuota(transport.Context.Options, transport.Time);
        try
        {
            Uri address = Address();
            var upload = new UploadPack(transport.Http);
            RemoteHead head = await transport.Gate.RunAsync(
                () => quota.DuringAsync(() => upload.HeadAsync(address, found.DefaultBranch, quota, cancellation)), cancellation).ConfigureAwait(false);
            return head.Commit is { } commit
                ? new FetchedGit(Facts() with { Commit = commit }, head.Address, transport, quota)
                : new FaultyRepository(Facts(), new FetchException(FaultRules.Empty, "it has no commit"));
        }
        catch (FetchException e)
        {
            return new FaultyRepository(Facts(), e);
        }
    }

    private Uri Address() => Uri.TryCreate(found.CloneUrl, UriKind.Absolute, out Uri? address) && transport.Http.IsAtForge(address)
        ? address
        : throw new FetchException(FaultRules.Refused, "its address is not at the forge");

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
