using DataForge.Corpus;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Where the client asks, and the limits it keeps to. The defaults are those of GitHub's documentation
/// (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
/// </summary>
public sealed record GitHubClientOptions
{
    /// <summary>Base of all paths, with a slash at its end: <c>https://api.github.com/</c>, <c>https://HOST/api/v3/</c>.</summary>
    public Uri BaseAddress { get; init; } = new("https://api.github.com/");

    /// <summary>Requests of one user that run at a time. GitHub allows 100; one given up on may still run there, so half of it.</summary>
    public int MaxConcurrency { get; init; } = 50;

    /// <summary>Points a user may spend in any minute; a GET is one point.</summary>
    public int PointsPerMinute { get; init; } = 900;

    /// <summary>Time an answer may take, body included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server that never was connected to is tried for; one that has answered is waited for by <see cref="Retries"/>.</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes of an answer, decompressed. A full page of 100 repositories has about 600 KB.</summary>
    public int MaxBodyBytes { get; init; } = 16 << 20;

    /// <summary>How often a request is made again before the crawl stops; 1 or more.</summary>
    public int Retries { get; init; } = 12;

    /// <summary>Told in words when a request that failed is about to be made again, so that an outage is no silence; null for nobody.</summary>
    public Action<string>? Tell { get; init; }

    /// <summary>Seed of the jitter between retries.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The options of a crawl as options of its client.</summary>
    /// <exception cref="DataForgeException">The base address is none.</exception>
    public static GitHubClientOptions Of(CrawlOptions options)
    {
        string text = options.GitHubBaseAddress;
        return Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out Uri? address)
            && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0
            ? new GitHubClientOptions
            {
                BaseAddress = address, Timeout = TimeSpan.FromSeconds(options.GitHubTimeoutSeconds),
                ConnectPatience = TimeSpan.FromSeconds(options.GitHubConnectSeconds),
            }
            : throw DataForgeException.Usage($"'{text}' is no base address; write https://api.github.com or https://HOST/api/v3.");
    }
}
