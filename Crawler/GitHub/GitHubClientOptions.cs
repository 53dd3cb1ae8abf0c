using DataForge.Corpus;
using DataForge.Corpus.Events;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// The address of the API and the limits that the client keeps to. The defaults follow GitHub's documentation
/// (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
/// </summary>
public sealed record GitHubClientOptions
{
    /// <summary>Base of all paths, with a slash at its end: <c>https://api.github.com/</c>, <c>https://HOST/api/v3/</c>.</summary>
    public Uri BaseAddress { get; init; } = new("https://api.github.com/");

    /// <summary>
    /// Requests of one user at a time. GitHub allows 100; a request that was given up here may still run there, so half of that.
    /// </summary>
    public int MaxConcurrency { get; init; } = 50;

    /// <summary>Points that a user may spend in any minute; a GET costs one point. GitHub allows 900.</summary>
    public int PointsPerMinute { get; init; } = 900;

    /// <summary>
    /// Time that a response may take, body included. GitHub ends a request after 10 seconds
    /// (https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts); the rest is for the network.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long to try to connect to a server that was never reached; a server that has responded is retried <see cref="Retries"/> times.
    /// </summary>
    public TimeSpan ConnectRetryTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes of a response, decompressed. A full page of 100 repositories has about 600 KB.</summary>
    public int MaxBodyBytes { get; init; } = 16 << 20;

    /// <summary>
    /// How often a failed request is sent again before the crawl stops; 1 or more. With waits that double from 1 second to 2 minutes
    /// (<see cref="ApiResilience"/>), 12 retries outlast an outage of about 12 minutes.
    /// </summary>
    public int Retries { get; init; } = 12;

    /// <summary>Called with a message when a failed request is about to be sent again, so that the user sees why a crawl waits.</summary>
    public Action<string>? OnWaiting { get; init; }

    /// <summary>Called now and then with what is left of a rate limit.</summary>
    public Action<ApiBudget>? OnBudget { get; init; }

    /// <summary>Seed of the jitter between retries.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The client options that the options of a crawl ask for.</summary>
    /// <exception cref="DataForgeException">The base address is not valid.</exception>
    public static GitHubClientOptions Of(CrawlOptions options)
    {
        string text = options.GitHubBaseAddress;
        return Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out Uri? address)
            && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0
            ? new GitHubClientOptions
            {
                BaseAddress = address,
                Timeout = TimeSpan.FromSeconds(options.GitHubTimeoutSeconds),
                ConnectRetryTime = TimeSpan.FromSeconds(options.GitHubConnectSeconds),
            }
            : throw DataForgeException.Usage($"'{text}' is no base address; write https://api.github.com or https://HOST/api/v3.");
    }
}
