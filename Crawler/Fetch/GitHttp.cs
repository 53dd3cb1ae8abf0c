using System.Net;
using System.Net.Http.Headers;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// Sends requests to a forge's git service. Credentials are sent only to the forge; a redirect that leaves the forge is not followed.
/// Requests that fail because of the connection, a busy server or a rate limit are sent again, within the repository's time.
/// </summary>
/// <param name="http">The client; it must not follow redirects.</param>
/// <param name="forge">Scheme, host and port of the repositories' addresses.</param>
/// <param name="api">Base address of the forge's API, which serves archives.</param>
/// <param name="authorize">Adds credentials to a request to the forge.</param>
/// <param name="transfers">Is throttled when the server asks to wait.</param>
/// <param name="time">The clock.</param>
internal sealed class GitHttp(
    HttpClient http, Uri forge, Uri api, Action<HttpRequestMessage> authorize, TransferLimiter transfers, TimeProvider time)
{
    // Attempts of one request, with waits of 0.5, 1, 2 and 4 seconds between them. A longer outage is not handled here: the
    // repository becomes a row, and the next crawl fetches it again.
    private const int MaxAttempts = 5;

    // RFC 9110, 15.4: "an earlier version of this specification recommended a maximum of five redirections".
    private const int MaxRedirects = 5;
    private const string Service = "/git-upload-pack";

    // A response of which nothing has arrived for this long is considered dead. Servers send keep-alive packets every 5 seconds while they
    // prepare a pack (uploadpack.keepAlive, https://git-scm.com/docs/git-config), so after a minute of silence the server is not working.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);

    // If a server throttles without saying for how long: GitHub asks to wait for at least one minute
    // (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
    private static readonly TimeSpan DefaultThrottle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestThrottle = TimeSpan.FromSeconds(1);

    private readonly ForgeAddresses _addresses = new(forge, api);

    // Whether the forge was ever reached. If it never was, the fault is not a repository's, and the crawl stops.
    private volatile bool _hasResponded;

    /// <summary>Scheme, host and port of the repositories' addresses.</summary>
    public Uri Forge => _addresses.Forge;

    /// <summary>Whether an address is at the forge.</summary>
    public bool IsAtForge(Uri address) => _addresses.IsAtForge(address);

    /// <summary>Posts a message of git's protocol 2 and reads the response.</summary>
    /// <param name="repository">The repository's address.</param>
    /// <param name="message">The message.</param>
    /// <param name="quota">What fetching the repository may cost.</param>
    /// <param name="read">Reads the response; called again if the request is sent again.</param>
    /// <param name="cancellation">Stops the request.</param>
    /// <returns>The address of the repository that responded; different if the server redirected.</returns>
    /// <exception cref="FetchException">There is no usable response.</exception>
    public async Task<Uri> PostAsync(
        Uri repository, ReadOnlyMemory<byte> message, FetchQuota quota, Func<PktReader, CancellationToken, Task> read,
        CancellationToken cancellation)
    {
        Uri responded = await SendWithRetriesAsync(new Uri(repository.AbsoluteUri.TrimEnd('/') + Service), address =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, address);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-git-upload-pack-result"));
            request.Content = new ReadOnlyMemoryContent(message);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-git-upload-pack-request");
            return request;
        }, quota, (body, token) => read(new PktReader(body), token), cancellation).ConfigureAwait(false);
        return responded.AbsolutePath.EndsWith(Service, StringComparison.Ordinal)
            ? new Uri(responded.GetLeftPart(UriPartial.Path)[..^Service.Length])
            : throw new FetchException(RuleNames.Refused, "redirected away from git");
    }

    /// <summary>Gets a body and reads it.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="quota">What fetching the repository may cost.</param>
    /// <param name="read">Reads the body; called again if the request is sent again.</param>
    /// <param name="cancellation">Stops the request.</param>
    /// <param name="acquirePermit">Acquires a permit for each request to the API on the way to the body; null if there is no
    /// limit.</param>
    /// <exception cref="FetchException">There is no usable response.</exception>
    public Task GetAsync(
        Uri address, FetchQuota quota, Func<Stream, CancellationToken, Task> read, CancellationToken cancellation,
        Func<CancellationToken, Task<RequestLimiter.Permit>>? acquirePermit = null) =>
        SendWithRetriesAsync(
            address, static to => new HttpRequestMessage(HttpMethod.Get, to), quota, read, cancellation, acquirePermit);

    private async Task<Uri> SendWithRetriesAsync(
        Uri address, Func<Uri, HttpRequestMessage> create, FetchQuota quota, Func<Stream, CancellationToken, Task> read,
        CancellationToken cancellation, Func<CancellationToken, Task<RequestLimiter.Permit>>? acquirePermit = null)
    {
        CancellationToken timeout = quota.Timeout;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout);
        for (int attempt = 1; ; attempt++)
        {
            FetchException fault;
            TimeSpan? wait = null;
            try
            {
                return await SendOnceAsync(address, create, quota, read, acquirePermit, stop.Token, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && timeout.IsCancellationRequested)
            {
                throw quota.TimedOut();
            }
            catch (ThrottledException e)
            {
                (fault, wait) = (new FetchException(RuleNames.Unreachable, e.Message, isTransient: true), e.Wait);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
            {
                fault = new FetchException(RuleNames.Unreachable, FetchException.Printable(e.Message), isTransient: true, e);
            }
            catch (FormatException e)
            {
                throw new FetchException(RuleNames.Unsupported, FetchException.Printable(e.Message), inner: e);
            }

            if (attempt == MaxAttempts)
            {
                throw IsForgeUnreachable(fault) ? Unreachable(address, fault) : fault;
            }

            await WaitAsync(wait ?? FirstWait * Math.Pow(2, attempt - 1), quota, stop.Token, cancellation).ConfigureAwait(false);
        }
    }

    private bool IsForgeUnreachable(FetchException fault) => !_hasResponded && fault.InnerException is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError,
    };

    private static DataForgeException Unreachable(Uri address, FetchException fault) => new(
        $"{address.Authority} cannot be reached ({fault.Detail}): see that this machine has a network and that Crawl:GitHubBaseAddress "
        + "is right, then run the same command again.",
        inner: fault);

    private async Task WaitAsync(TimeSpan wait, FetchQuota quota, CancellationToken stop, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(wait, time, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw quota.TimedOut();
        }
    }

    private async Task<Uri> SendOnceAsync(
        Uri address, Func<Uri, HttpRequestMessage> create, FetchQuota quota, Func<Stream, CancellationToken, Task> read,
        Func<CancellationToken, Task<RequestLimiter.Permit>>? acquirePermit, CancellationToken stop, CancellationToken cancellation)
    {
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = create(address);
            request.Headers.TryAddWithoutValidation("User-Agent", "git/dataforge");
            request.Headers.TryAddWithoutValidation("Git-Protocol", "version=2");
            using HttpResponseMessage response = acquirePermit is not null && _addresses.IsRateLimited(address)
                ? await SendWithPermitAsync(request, acquirePermit, quota, stop, cancellation).ConfigureAwait(false)
                : await SendAsync(Authorized(request), stop).ConfigureAwait(false);
            if ((int)response.StatusCode is 301 or 302 or 307 or 308)
            {
                address = redirects < MaxRedirects
                    ? RedirectTarget(address, response)
                    : throw new FetchException(RuleNames.Refused, "redirected in circles");
                continue;
            }

            Check(response);
            Stream body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            await read(new ReceivedStream(body, quota, IdleLimit, time), stop).ConfigureAwait(false);
            return address;
        }
    }

    // Waits for a permit, which may take an hour and does not count against the repository's time, and sends the request.
    private async Task<HttpResponseMessage> SendWithPermitAsync(
        HttpRequestMessage request, Func<CancellationToken, Task<RequestLimiter.Permit>> acquirePermit, FetchQuota quota,
        CancellationToken stop, CancellationToken cancellation)
    {
        RequestLimiter.Permit permit = await quota.PauseAsync(() => acquirePermit(cancellation)).ConfigureAwait(false);
        bool hasResponse = false;
        try
        {
            permit.Token?.Authorize(request);
            HttpResponseMessage response = await SendAsync(request, stop).ConfigureAwait(false);
            hasResponse = true;
            int status = (int)response.StatusCode;
            RateLimitHeaders? limit = RateLimitHeaders.Read(response.Headers);
            TimeSpan? wait = RateLimitHeaders.RetryAfter(response.Headers, time.GetUtcNow());
            bool isRateLimited = status == 429 || (status == 403 && (wait is not null || limit is { Remaining: 0 }));
            permit.Complete(limit, isFree: false, isGood: !isRateLimited && status < 500, isRateLimited, wait);
            if (!isRateLimited)
            {
                return response;
            }

            // The limiter knows how long to wait, and whether another user's budget is left.
            response.Dispose();
            throw Throttled(status, TimeSpan.Zero);
        }
        finally
        {
            request.Headers.Authorization = null;
            if (!hasResponse)
            {
                permit.Fail();
            }
        }
    }

    private HttpRequestMessage Authorized(HttpRequestMessage request)
    {
        if (_addresses.TakesCredentials(request.RequestUri!))
        {
            authorize(request);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var idle = new CancellationTokenSource(IdleLimit, time);
        using CancellationTokenRegistration link = idle.Token.Register(timeout.Cancel);
        try
        {
            HttpResponseMessage response =
                await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            _hasResponded = true;
            return response;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException("the server does not answer");
        }
    }

    private Uri RedirectTarget(Uri from, HttpResponseMessage response)
    {
        Uri? to = response.Headers.Location is { } location ? new Uri(from, location) : null;
        return to is not null && _addresses.IsRedirectTarget(to)
            ? to
            : throw new FetchException(RuleNames.Refused, "redirected away from the forge");
    }

    private void Check(HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.TooManyRequests || (status is 403 or 503 && response.Headers.RetryAfter is not null))
        {
            TimeSpan wait = RateLimitHeaders.RetryAfter(response.Headers, time.GetUtcNow()) ?? DefaultThrottle;
            wait = wait > TimeSpan.Zero ? wait : ShortestThrottle;
            transfers.Throttle(wait);
            throw Throttled(status, wait);
        }

        if (status >= 500)
        {
            throw new HttpRequestException($"the server answers {status}");
        }

        if (status != 200)
        {
            throw status switch
            {
                404 or 410 => new FetchException(RuleNames.Vanished, $"the server answers {status}"),
                401 => new FetchException(RuleNames.Private, "the server asks for credentials"),
                403 or 451 => new FetchException(RuleNames.Blocked, $"the server answers {status}"),
                _ => new FetchException(RuleNames.Refused, $"the server answers {status}"),
            };
        }
    }

    private static ThrottledException Throttled(int status, TimeSpan wait) => new($"the server answers {status}, again and again", wait);

    private sealed class ThrottledException(string message, TimeSpan wait) : Exception(message)
    {
        /// <summary>How long to wait before the next attempt.</summary>
        public TimeSpan Wait => wait;
    }
}
