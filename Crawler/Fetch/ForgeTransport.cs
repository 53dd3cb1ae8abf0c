using DataForge.Crawler.Git;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.GitHub.Limits;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>What the repositories of one forge are fetched with.</summary>
internal sealed class ForgeTransport : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="context">Options and folders.</param>
    /// <param name="forge">Scheme, host and port that repositories lie at.</param>
    /// <param name="api">Base of the forge's interface, where archives are asked for.</param>
    /// <param name="authorize">Puts credentials on a request, or does nothing.</param>
    /// <param name="time">The clock.</param>
    public ForgeTransport(ScanContext context, Uri forge, Uri api, Action<HttpRequestMessage> authorize, TimeProvider time)
    {
        (Context, Time, Api) = (context, time, api);
        Gate = new FetchGate(context.Options.FetchConnections, time);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            MaxConnectionsPerServer = 2 * FetchGate.MaxCount,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        Http = new GitHttp(_client, forge, api, authorize, Gate, time);
        Folder = NewFolder(context.MirrorFolder);
        Git = new GitCommand(context.ScratchFolder, TimeSpan.FromSeconds(context.Options.FetchTimeoutSeconds));
    }

    /// <summary>Options and folders.</summary>
    public ScanContext Context { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Base of the forge's interface.</summary>
    public Uri Api { get; }

    /// <summary>Says more exactly why git was refused, or where the repository is now; null where nobody can.</summary>
    public Func<DiscoveredRepository, FetchException, CancellationToken, Task<(FetchException? Fault, string? CloneUrl)>>? Lookup { get; set; }

    /// <summary>Gives leave for a request of the interface's core budget, as each archive costs one; null where there is no such budget.</summary>
    public Func<CancellationToken, Task<RequestLimiter.Permit>>? Charge { get; set; }

    /// <summary>What other crawlers fetch for this one; null where there are none.</summary>
    public SharedFetch? Shared { get; init; }

    /// <summary>How many transfers run at a time.</summary>
    public FetchGate Gate { get; }

    /// <summary>Requests.</summary>
    public GitHttp Http { get; }

    /// <summary>git's command line.</summary>
    public GitCommand Git { get; }

    /// <summary>The folder of this crawl's repositories.</summary>
    public string Folder { get; }

    /// <summary>Removes the folder.</summary>
    public void Dispose()
    {
        _client.Dispose();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    // A crawl that was killed may have left git at work in its folder for a moment, so each crawl has a folder of its own.
    private static string NewFolder(string mirrors)
    {
        Directory.CreateDirectory(mirrors);
        int number = 0;
        foreach (string old in Directory.GetDirectories(mirrors, "fetch-*"))
        {
            number = int.TryParse(Path.GetFileName(old)["fetch-".Length..], out int taken) ? Math.Max(number, taken + 1) : number;
            try
            {
                Directory.Delete(old, recursive: true);
            }
            catch (IOException)
            {
                // Something is still written there; the next crawl removes it.
            }
        }

        return Directory.CreateDirectory(Path.Combine(mirrors, $"fetch-{number}")).FullName;
    }
}
