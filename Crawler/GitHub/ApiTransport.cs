using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Handlers;
using DataForge.Crawler.GitHub.Limits;
using Octokit;
using Octokit.Internal;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Sends GET requests to one host with Octokit, over handlers for conditional requests, redirects, retries, rate limits and the network
/// (<see cref="Handlers"/>). Octokit never holds a token.
/// </summary>
internal sealed class ApiTransport
{
    // https://docs.github.com/rest/about-the-rest-api/api-versions
    private const string MediaType = "application/vnd.github+json, application/json; q=0.9";

    // A user agent is required (https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent).
    private static readonly Octokit.ProductHeaderValue Product =
        new("DataForge", typeof(ApiTransport).Assembly.GetName().Version?.ToString(3));

    private static readonly InMemoryCredentialStore Anonymous = new(Credentials.Anonymous);
    private static readonly OctokitSerializer Serializer = new();

    private readonly GitHubClientOptions _options;
    private readonly RequestLimiter _limiter;
    private readonly OctokitHttpClient _client;
    private readonly SemaphoreSlim _reading = new(1);
    private bool _hasReadLimits;

    /// <summary>Creates a transport.</summary>
    /// <param name="options">The client's options.</param>
    /// <param name="network">Sends the requests; the caller disposes it.</param>
    /// <param name="limiter">The rate limits, and the tokens.</param>
    /// <param name="cache">What is known already.</param>
    /// <param name="time">The clock.</param>
    public ApiTransport(
        GitHubClientOptions options, HttpMessageInvoker network, RequestLimiter limiter, IResponseCache cache, TimeProvider time)
    {
        (_options, _limiter) = (options, limiter);
        var resilience = new ApiResilience(options, time);
        var attempts = new LimitHandler(options, limiter, new NetworkHandler(options, network, resilience, time));
        var requests = new RedirectHandler(options.BaseAddress, new RetryHandler(options, resilience, time, attempts));
        _client = new OctokitHttpClient(new ConditionalHandler(cache, requests));
    }

    /// <summary>Requests a path, relative to the base address or absolute on its host.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="type">How the body is read.</param>
    /// <param name="call">The same type, and what else is known of the request.</param>
    /// <param name="cancellation">Stops the request.</param>
    /// <exception cref="DataForgeException">The server cannot be reached, rejects the token, or keeps failing.</exception>
    public async Task<ApiResponse<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, ApiCall call, CancellationToken cancellation)
        where T : class
    {
        if (call.Resource is not null)
        {
            await EnsureLimitsReadAsync(cancellation).ConfigureAwait(false);
        }

        // What Octokit remembers of the last answer is wrong where requests run side by side, so each has a connection; it is an object.
        var connection = new Connection(
            Product, _options.BaseAddress, Anonymous, new OctokitCallClient(_client, call, Product.ToString()), Serializer);
        try
        {
            IApiResponse<T> response = await connection
                .Get<T>(new Uri(path, UriKind.RelativeOrAbsolute), null, MediaType, cancellation).ConfigureAwait(false);
            return ToResponse(response, type, call);
        }
        catch (ApiException e)
        {
            return new(OutcomeOf(e.StatusCode), null, Message: e.ApiError?.Message ?? "");
        }
    }

    /// <summary>
    /// Acquires a permit for a request to this host that is sent by other means and counts against a rate limit. The caller completes the
    /// permit with the response.
    /// </summary>
    /// <exception cref="DataForgeException">The server cannot be reached, or rejects the token.</exception>
    public async Task<RequestLimiter.Permit> AcquirePermitAsync(string resource, CancellationToken cancellation)
    {
        await EnsureLimitsReadAsync(cancellation).ConfigureAwait(false);
        return await _limiter.AcquireAsync(resource, null, cancellation).ConfigureAwait(false);
    }

    private static ApiResponse<T> ToResponse<T>(IApiResponse<T> response, JsonTypeInfo<T> type, ApiCall call)
        where T : class
    {
        ApiInfo info = response.HttpResponse.ApiInfo;
        string? next = info.Links.TryGetValue("next", out Uri? address) ? address.AbsoluteUri : null;
        if (call.MovedTo is not null)
        {
            return new(ApiOutcome.MovedAway, null, Message: $"moved to {call.MovedTo}");
        }

        // Octokit gives no body for an object without fields.
        return response.HttpResponse.StatusCode == HttpStatusCode.NotModified
            ? new(ApiOutcome.NotModified, null, info.Etag, next, IsUnchanged: true)
            : new(ApiOutcome.Ok, response.Body ?? JsonSerializer.Deserialize("{}", type), info.Etag, next, IsUnchanged: call.IsUnchanged);
    }

    // The retries ended all others.
    private static ApiOutcome OutcomeOf(HttpStatusCode status) => (int)status switch
    {
        404 => ApiOutcome.NotFound,
        409 => ApiOutcome.Empty,
        410 => ApiOutcome.Gone,
        451 => ApiOutcome.Blocked,
        403 => ApiOutcome.Forbidden,
        _ => ApiOutcome.Unprocessable,
    };

    // Another program, or this one before it was killed, may have used up the budgets. Reading what remains costs nothing
    // (https://docs.github.com/rest/rate-limit). A server without limits has no such page.
    private async Task EnsureLimitsReadAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _hasReadLimits))
        {
            return;
        }

        await _reading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            foreach (GitHubToken? token in _hasReadLimits ? [] : _limiter.Tokens)
            {
                var call = new ApiCall(null, Json.Default.RateLimitOverview) { Token = token };
                ApiResponse<RateLimitOverview> response =
                    await GetAsync("rate_limit", Json.Default.RateLimitOverview, call, cancellation).ConfigureAwait(false);
                if (response.Value is { } overview)
                {
                    _limiter.SetRemaining(token, overview);
                }
            }

            Volatile.Write(ref _hasReadLimits, true);
        }
        finally
        {
            _reading.Release();
        }
    }
}
