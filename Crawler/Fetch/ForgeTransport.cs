using DataForge.Crawler.Git;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.GitHub.Limits;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>Explains why git was refused, or finds the repository's new address.</summary>
/// <param name="repository">The repository.</param>
/// <param name="fault">The refusal.</param>
/// <param name="cancellation">Stops the request.</param>
/// <returns>The exact reason; or null and the address to fetch from instead.</returns>
internal delegate Task<(FetchException? Fault, string? CloneUrl)> RefusalLookup(
    DiscoveredRepository repository, FetchException fault, CancellationToken cancellation);

/// <summary>What all repositories of one forge are fetched with.</summary>
internal sealed class ForgeTransport : IDisposable
{
    // Option FetchConnections allows up to 64.
    private const int MaxConnections = 2 * TransferLimiter.MaxCount;

    private readonly HttpClient _client;
    private volatile bool _hasServersWithoutFilters;

    /// <summary>Opens the transport and creates its folder.</summary>
    /// <param name="context">Options and folders.</param>
    /// <param name="forge">Scheme, host and port of the repositories' addresses.</param>
    /// <param name="api">Base address of the forge's API, which serves archives.</param>
    /// <param name="authorize">Adds credentials to a request, or does nothing.</param>
    /// <param name="time">The clock.</param>
    public ForgeTransport(ScanContext context, Uri forge, Uri api, Action<HttpRequestMessage> authorize, TimeProvider time)
    {
        (Context, Time, Api) = (context, time, api);
        Transfers = new TransferLimiter(context.Options.FetchConnections, time);
        _client = new HttpClient(context.Handlers.CreateTransferHandler(MaxConnections)) { Timeout = Timeout.InfiniteTimeSpan };
        Http = new GitHttp(_client, forge, api, authorize, Transfers, time);
        Folder = CreateFolder(context.MirrorFolder);
        Git = new GitCommand(context.ScratchFolder, TimeSpan.FromSeconds(context.Options.FetchTimeoutSeconds));
    }

    /// <summary>Options and folders.</summary>
    public ScanContext Context { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Base address of the forge's API.</summary>
    public Uri Api { get; }

    /// <summary>Explains refusals; null if there is no API to ask.</summary>
    public RefusalLookup? Lookup { get; set; }

    /// <summary>
    /// Acquires a permit for a request that counts against the API's core limit, as each archive does; null if there is no limit.
    /// </summary>
    public Func<CancellationToken, Task<RequestLimiter.Permit>>? AcquirePermit { get; set; }

    /// <summary>
    /// Whether some server did not support partial fetches. Then each server is asked first what it supports, which is faster than a fetch
    /// that fails.
    /// </summary>
    public bool HasServersWithoutFilters
    {
        get => _hasServersWithoutFilters;
        set => _hasServersWithoutFilters = value;
    }

    /// <summary>What other crawlers fetch for this one; null if there are none.</summary>
    public SharedFetch? Shared { get; init; }

    /// <summary>Limits how many transfers run at a time.</summary>
    public TransferLimiter Transfers { get; }

    /// <summary>Sends requests.</summary>
    public GitHttp Http { get; }

    /// <summary>The git command line.</summary>
    public GitCommand Git { get; }

    /// <summary>The folder of this crawl's repositories.</summary>
    public string Folder { get; }

    /// <summary>Runs a transfer of a repository when a slot is free; its time counts against the repository's quota.</summary>
    public Task<T> RunAsync<T>(FetchQuota quota, Func<Task<T>> transfer, CancellationToken cancellation) =>
        Transfers.RunAsync(() => quota.RunAsync(transfer), cancellation);

    /// <summary>Closes the connections and deletes the folder.</summary>
    public void Dispose()
    {
        _client.Dispose();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    // A git process of a killed crawl may still write to its folder for a moment, so each crawl has a folder of its own.
    private static string CreateFolder(string mirrors)
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
                // Something is still written there; the next crawl deletes it.
            }
        }

        return Directory.CreateDirectory(Path.Combine(mirrors, $"fetch-{number}")).FullName;
    }
}
