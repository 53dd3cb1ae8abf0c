using System.Net;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Creates the message handlers that send a crawl's HTTP requests. The host registers one
/// (<see cref="ServiceCollectionExtensions.AddCrawler"/>); tests give their own. Handlers must not follow redirects and must not log:
/// requests carry credentials.
/// </summary>
public interface IHttpHandlerFactory
{
    /// <summary>A handler for requests to the REST API; the caller disposes it.</summary>
    HttpMessageHandler CreateApiHandler(GitHubClientOptions options);

    /// <summary>A handler for transfers of repositories; the caller disposes it.</summary>
    /// <param name="maxConnections">How many connections to one server it may open.</param>
    HttpMessageHandler CreateTransferHandler(int maxConnections);
}

/// <summary>Creates handlers that send requests over the network.</summary>
public sealed class NetworkHandlerFactory : IHttpHandlerFactory
{
    // A connection to a reachable server takes a second or two at most, even with lost packets: Linux sends the SYN again after 1 and after
    // 3 seconds (RFC 6298, tcp(7)). A longer wait for a single attempt gains nothing.
    private static readonly TimeSpan LongestApiConnect = TimeSpan.FromSeconds(10);

    // A transfer is tried a few times only (GitHttp), so one attempt is given more time.
    private static readonly TimeSpan TransferConnect = TimeSpan.FromSeconds(30);

    // A connection is opened again after some minutes, so that a changed DNS record is noticed
    // (https://learn.microsoft.com/dotnet/fundamentals/networking/http/httpclient-guidelines).
    private static readonly TimeSpan ApiConnectionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TransferConnectionLifetime = TimeSpan.FromMinutes(10);

    // In KiB; .NET's default, written out as it bounds what a hostile server can send.
    private const int MaxHeadersKilobytes = 64;

    /// <summary>The factory of a crawl that is given none.</summary>
    public static NetworkHandlerFactory Instance { get; } = new();

    /// <inheritdoc/>
    public HttpMessageHandler CreateApiHandler(GitHubClientOptions options) => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = options.Timeout < LongestApiConnect ? options.Timeout : LongestApiConnect,
        MaxConnectionsPerServer = options.MaxConcurrency,
        MaxResponseHeadersLength = MaxHeadersKilobytes,
        PooledConnectionLifetime = ApiConnectionLifetime,
        UseCookies = false,
    };

    /// <inheritdoc/>
    public HttpMessageHandler CreateTransferHandler(int maxConnections) => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TransferConnect,
        MaxConnectionsPerServer = maxConnections,
        PooledConnectionLifetime = TransferConnectionLifetime,
        UseCookies = false,
    };
}
