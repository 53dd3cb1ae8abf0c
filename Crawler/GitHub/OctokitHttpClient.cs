using DataForge.Crawler.GitHub.Handlers;
using Octokit;
using Octokit.Internal;

namespace DataForge.Crawler.GitHub;

/// <summary>Octokit's HTTP client over the project's message handlers.</summary>
internal sealed class OctokitHttpClient : HttpClientAdapter
{
    // https://docs.github.com/rest/about-the-rest-api/api-versions
    private const string ApiVersion = "2022-11-28";

    /// <summary>Creates a client over handlers. It has no timeout of its own, which would count the wait for a permit.</summary>
    public OctokitHttpClient(HttpMessageHandler handlers)
        : base(() => handlers) => SetRequestTimeout(Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    protected override HttpRequestMessage BuildRequestMessage(IRequest request)
    {
        HttpRequestMessage message = base.BuildRequestMessage(request);
        message.Headers.Add("X-GitHub-Api-Version", ApiVersion);
        ((OctokitRequest)request).Call.AttachTo(message);
        return message;
    }
}

/// <summary>A request of Octokit that belongs to a call.</summary>
internal sealed class OctokitRequest : Request
{
    /// <summary>Makes a request part of a call.</summary>
    /// <param name="request">The request, as Octokit made it; it has no body.</param>
    /// <param name="call">The call.</param>
    /// <param name="userAgent">What the program calls itself; Octokit would name the system too.</param>
    public OctokitRequest(IRequest request, ApiCall call, string userAgent)
    {
        (Call, Method, BaseAddress, Endpoint) = (call, request.Method, request.BaseAddress, request.Endpoint);
        foreach ((string name, string value) in request.Headers)
        {
            Headers[name] = value;
        }

        // Octokit's timeout begins before the request has its permit. Zero is none; the handlers have one for each attempt.
        Timeout = TimeSpan.Zero;
        Headers["User-Agent"] = userAgent;
    }

    /// <summary>The call.</summary>
    public ApiCall Call { get; }
}

/// <summary>Octokit's HTTP client for one call.</summary>
internal sealed class OctokitCallClient(OctokitHttpClient client, ApiCall call, string userAgent) : IHttpClient
{
    /// <inheritdoc/>
    public Task<IResponse> Send(
        IRequest request, CancellationToken cancellationToken, Func<object, object>? preprocessResponseBody = null) =>
        client.Send(new OctokitRequest(request, call, userAgent), cancellationToken, preprocessResponseBody);

    /// <inheritdoc/>
    public void SetRequestTimeout(TimeSpan timeout) => throw new NotSupportedException("The handlers have a timeout of their own.");

    /// <inheritdoc/>
    public void Dispose()
    {
        // The client that it sends with belongs to the transport.
    }
}
