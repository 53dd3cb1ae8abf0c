using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Sends GET requests to one host: within the rate limits, again after transient failures, through redirects that stay on the host. A token
/// is never sent to another host, and its header is removed from the request afterwards.
/// </summary>
internal sealed class ApiTransport(GitHubClientOptions options, HttpClient http, RequestLimiter limiter, TimeProvider time)
{
    // RFC 9110, 15.4: "an earlier version of this specification recommended a maximum of five redirections".
    private const int MaxRedirects = 5;

    private readonly ApiResilience _resilience = new(options, time);
    private readonly SemaphoreSlim _reading = new(1);
    private bool _hasReadLimits;

    /// <summary>Requests a path, relative to the base address or absolute on its host.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="resource">The rate limit that it counts against; null for none.</param>
    /// <param name="type">How the body is read.</param>
    /// <param name="etag">The entity tag of the response that is known already; null for none.</param>
    /// <param name="token">The token to use; null for any.</param>
    /// <param name="cancellation">Stops the request.</param>
    /// <exception cref="DataForgeException">The server cannot be reached, rejects the token, or keeps failing.</exception>
    public async Task<ApiReply> GetAsync(
        string path, string? resource, JsonTypeInfo type, string? etag, GitHubToken? token, CancellationToken cancellation)
    {
        if (resource is not null)
        {
            await EnsureLimitsReadAsync(cancellation).ConfigureAwait(false);
        }

        var address = new Uri(options.BaseAddress, path);
        for (int hop = 0; hop <= MaxRedirects && IsOnHost(address); hop++)
        {
            var request = new ApiRequest(address, resource, type, etag, token);
            ApiReply reply = await SendWithRetriesAsync(request, cancellation).ConfigureAwait(false);
            if (reply.Location is not { } location)
            {
                return reply;
            }

            address = new Uri(address, location);
        }

        return new ApiReply { Outcome = ApiOutcome.MovedAway, Message = $"moved to {address.Host}" };
    }

    /// <summary>
    /// Acquires a permit for a request to this host that is sent by other means and counts against a rate limit. The caller completes the
    /// permit with the response.
    /// </summary>
    /// <exception cref="DataForgeException">The server cannot be reached, or rejects the token.</exception>
    public async Task<RequestLimiter.Permit> AcquirePermitAsync(string resource, CancellationToken cancellation)
    {
        await EnsureLimitsReadAsync(cancellation).ConfigureAwait(false);
        return await limiter.AcquireAsync(resource, null, cancellation).ConfigureAwait(false);
    }

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
            foreach (GitHubToken? token in _hasReadLimits ? [] : limiter.Tokens)
            {
                ApiReply reply = await GetAsync("rate_limit", null, Json.Default.RateLimitOverview, null, token, cancellation)
                    .ConfigureAwait(false);
                if (reply.Value is RateLimitOverview overview)
                {
                    limiter.SetRemaining(token, overview);
                }
            }

            Volatile.Write(ref _hasReadLimits, true);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<ApiReply> SendWithRetriesAsync(ApiRequest request, CancellationToken cancellation)
    {
        string why;
        Exception? inner = null;
        request = request with { Began = time.GetTimestamp() };
        try
        {
            ApiReply reply = await _resilience.Request.ExecuteAsync(
                static (state, cancellation) => state.Transport.SendOnceAsync(state.Request, cancellation),
                (Transport: this, Request: request),
                cancellation).ConfigureAwait(false);
            if (!reply.IsServerError && !reply.IsRateLimited)
            {
                return reply;
            }

            why = $"it answers {reply.Status}";
        }
        catch (Exception e) when (
            e is HttpRequestException or IOException or TimeoutRejectedException or BrokenCircuitException or JsonException)
        {
            (why, inner) = (e is JsonException ? "its answer is no JSON of the kind expected" : e.Message, e);
        }

        throw new DataForgeException(
            $"{options.BaseAddress.Host} does not serve {request.Address.AbsolutePath} after {options.Retries + 1} tries ({why}): "
            + "wait, then run the same command again; it goes on where it stopped.",
            inner: inner);
    }

    private async ValueTask<ApiReply> SendOnceAsync(ApiRequest request, CancellationToken cancellation)
    {
        RequestLimiter.Permit permit = await limiter.AcquireAsync(request.Resource, request.Token, cancellation).ConfigureAwait(false);
        bool isCompleted = false;
        bool isSent = false;
        try
        {
            ApiReply reply = await _resilience.Attempt.ExecuteAsync(
                (_, stop) =>
                {
                    isSent = true;
                    return SendAsync(request, permit.Token, stop);
                },
                this,
                cancellation).ConfigureAwait(false);
            isCompleted = true;
            permit.Complete(
                reply.RateLimit, isFree: reply.Outcome == ApiOutcome.NotModified, isGood: !reply.IsServerError && !reply.IsRateLimited,
                reply.IsRateLimited, reply.RetryAfter);
            return reply.Status == HttpStatusCode.Unauthorized ? throw Unauthorized(permit.Token) : reply;
        }
        finally
        {
            if (!isCompleted && isSent)
            {
                permit.Fail();
            }
            else if (!isCompleted)
            {
                permit.Cancel();
            }
        }
    }

    private async ValueTask<ApiReply> SendAsync(ApiRequest request, GitHubToken? token, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, request.Address);
        if (request.ETag is { } etag)
        {
            message.Headers.TryAddWithoutValidation("If-None-Match", etag);
        }

        try
        {
            token?.Authorize(message);
            using HttpResponseMessage response = await SendAsync(message, cancellation).ConfigureAwait(false);
            _resilience.Responded();
            return await ReplyReader.ReadAsync(
                response, request.Resource, request.Type, options.MaxBodyBytes, time.GetUtcNow(), cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (_resilience.IsConnectTimeOver(e, time.GetElapsedTime(request.Began)))
        {
            throw new DataForgeException(
                $"{options.BaseAddress.Authority} cannot be reached ({e.Message}): see that this machine has a network and that "
                + "Crawl:GitHubBaseAddress is right, then run the same command again.",
                inner: e);
        }
        finally
        {
            message.Headers.Authorization = null;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        try
        {
            return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // The handler has a timeout of its own for connecting.
            throw new HttpRequestException(HttpRequestError.ConnectionError, "the connection timed out", e);
        }
    }

    private DataForgeException Unauthorized(GitHubToken? token) => DataForgeException.Usage(token is null
        ? $"{options.BaseAddress.Host} asks for a token: set GITHUB_TOKEN, or name a file with Crawl:GitHubTokenFile."
        : $"{options.BaseAddress.Host} does not take the token of {token.Origin}: put a valid one there.");

    private bool IsOnHost(Uri address) => address.Scheme == options.BaseAddress.Scheme
        && address.IdnHost == options.BaseAddress.IdnHost && address.Port == options.BaseAddress.Port;

    private sealed record ApiRequest(Uri Address, string? Resource, JsonTypeInfo Type, string? ETag, GitHubToken? Token)
    {
        /// <summary>The clock's timestamp when the request began.</summary>
        public long Began { get; init; }
    }
}
