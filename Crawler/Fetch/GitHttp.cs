using System.Net;
using System.Net.Http.Headers;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// Requests to a forge's git service. Credentials go to the forge alone and stay in this process; a redirect that leaves the forge is
/// not followed; what a connection's faults, busy servers and limits spoil is tried again within the repository's time.
/// </summary>
/// <param name="http">Must not follow redirects by itself.</param>
/// <param name="forge">Scheme, host and port that repositories may lie at.</param>
/// <param name="api">Where archives are asked for.</param>
/// <param name="authorize">Puts credentials on a request to the forge.</param>
/// <param name="gate">Told of throttling.</param>
/// <param name="time">The clock that waiting goes by.</param>
internal sealed class GitHttp(HttpClient http, Uri forge, Uri api, Action<HttpRequestMessage> authorize, FetchGate gate, TimeProvider time)
{
    private const int Tries = 5;
    private const int Redirects = 5;
    private const string Service = "/git-upload-pack";
    private const string Archives = "codeload.github.com";

    // A body of which nothing has come for so long is a dead one.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);

    // Whether the forge was ever reached: one that never was is no repository's fault.
    private volatile bool _hasAnswered;

    /// <summary>Scheme, host and port that repositories may lie at.</summary>
    public Uri Forge => forge;

    /// <summary>Whether an address lies at the forge.</summary>
    public bool IsAtForge(Uri address) => address.IsAbsoluteUri && address.UserInfo.Length == 0
        && Uri.Compare(address, forge, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Posts a message of protocol 2 and has the answer read; returns the repository's address, which a redirect may change.</summary>
    /// <exception cref="FetchException">No answer could be had.</exception>
    public async Task<Uri> PostAsync(
        Uri repository, ReadOnlyMemory<byte> message, FetchQuota quota, Func<PktReader, CancellationToken, Task> read,
        CancellationToken cancellation)
    {
        Uri answered = await AskAsync(new Uri(repository.AbsoluteUri.TrimEnd('/') + Service), address =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, address);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-git-upload-pack-result"));
            request.Content = new ReadOnlyMemoryContent(message);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-git-upload-pack-request");
            return request;
        }, quota, (body, token) => read(new PktReader(body), token), cancellation).ConfigureAwait(false);
        return answered.AbsolutePath.EndsWith(Service, StringComparison.Ordinal)
            ? new Uri(answered.GetLeftPart(UriPartial.Path)[..^Service.Length])
            : throw new FetchException(FaultRules.Refused, "redirected away from git");
    }

    /// <summary>Gets a body and has it read.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="quota">What it may cost.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="charge">Gives leave for each request of the interface's budget on the way to it; null where there is none.</param>
    /// <exception cref="FetchException">It could not be had.</exception>
    public Task GetAsync(
        Uri address, FetchQuota quota, Func<Stream, CancellationToken, Task> read, CancellationToken cancellation,
        Func<CancellationToken, Task<RequestLimiter.Permit>>? charge = null) =>
        AskAsync(address, static to => new HttpRequestMessage(HttpMethod.Get, to), quota, read, cancellation, charge);

    private async Task<Uri> AskAsync(
        Uri address, Func<Uri, HttpRequestMessage> make, FetchQuota quota, Func<Stream, CancellationToken, Task> read,
        CancellationToken cancellation, Func<CancellationToken, Task<RequestLimiter.Permit>>? charge = null)
    {
        CancellationToken patience = quota.Patience;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience);
        for (int trial = 1; ; trial++)
        {
            FetchException fault;
            TimeSpan? wait = null;
            try
            {
                return await TryAsync(address, make, quota, read, charge, stop.Token, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && patience.IsCancellationRequested)
            {
                throw quota.TimeOver();
            }
            catch (ThrottledException e)
            {
                (fault, wait) = (new FetchException(FaultRules.Unreachable, e.Message, isPassing: true), e.Wait);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
            {
                fault = new FetchException(FaultRules.Unreachable, FetchException.Printable(e.Message), isPassing: true, e);
            }
            catch (FormatException e)
            {
                throw new FetchException(FaultRules.Unsupported, FetchException.Printable(e.Message), inner: e);
            }

            if (trial == Tries)
            {
                throw _hasAnswered || fault.InnerException is not HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError }
                    ? fault
                    : new DataForgeException(
                        $"{address.Authority} cannot be reached ({fault.Detail}): see that this machine has a network and that Crawl:GitHubBaseAddress is right, then run the same command again.",
                        inner: fault);
            }

            await WaitAsync(wait ?? FirstWait * Math.Pow(2, trial - 1), quota, stop.Token, cancellation).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(TimeSpan wait, FetchQuota quota, CancellationToken stop, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(wait, time, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw quota.TimeOver();
        }
    }

    private async Task<Uri> TryAsync(
        Uri address, Func<Uri, HttpRequestMessage> make, FetchQuota quota, Func<Stream, CancellationToken, Task> read,
        Func<CancellationToken, Task<RequestLimiter.Permit>>? charge, CancellationToken stop, CancellationToken cancellation)
    {
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = make(address);
            request.Headers.TryAddWithoutValidation("User-Agent", "git/dataforge");
            request.Headers.TryAddWithoutValidation("Git-Protocol", "version=2");
            using HttpResponseMessage answer = charge is not null && IsOfInterface(address)
                ? await SendChargedAsync(request, charge, quota, stop, cancellation).ConfigureAwait(false)
                : await SendAsync(Authorized(request), stop).ConfigureAwait(false);
            if ((int)answer.StatusCode is 301 or 302 or 307 or 308)
            {
                address = redirects < Redirects ? Redirected(address, answer) : throw new FetchException(FaultRules.Refused, "redirected in circles");
                continue;
            }

            Check(answer);
            Stream body = await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            await read(new ReceivedStream(body, quota, IdleLimit, time), stop).ConfigureAwait(false);
            return address;
        }
    }

    // Sends a request when the interface's budget has room for it, which may be an hour off: no time of the repository's.
    private async Task<HttpResponseMessage> SendChargedAsync(
        HttpRequestMessage request, Func<CancellationToken, Task<RequestLimiter.Permit>> charge, FetchQuota quota, CancellationToken stop,
        CancellationToken cancellation)
    {
        RequestLimiter.Permit permit = await quota.OutsideAsync(() => charge(cancellation)).ConfigureAwait(false);
        bool hasAnswered = false;
        try
        {
            permit.Token?.Authorize(request);
            HttpResponseMessage answer = await SendAsync(request, stop).ConfigureAwait(false);
            hasAnswered = true;
            int status = (int)answer.StatusCode;
            RateLimitHeaders? told = RateLimitHeaders.Read(answer.Headers);
            TimeSpan? wait = RateLimitHeaders.RetryAfter(answer.Headers, time.GetUtcNow());
            bool isRefusal = status == 429 || (status == 403 && (wait is not null || told is { Remaining: 0 }));
            permit.Answer(told, isFree: false, isGood: !isRefusal && status < 500, isRefusal, wait);
            if (!isRefusal)
            {
                return answer;
            }

            // The budget knows how long to wait, and whether another user need not.
            answer.Dispose();
            throw new ThrottledException($"the server answers {status}, again and again", TimeSpan.Zero);
        }
        finally
        {
            request.Headers.Authorization = null;
            if (!hasAnswered)
            {
                permit.Fail();
            }
        }
    }

    // A repository by its name or, after a rename, by its number.
    private bool IsOfInterface(Uri address) => IsAtInterface(address) && address.AbsolutePath.StartsWith(api.AbsolutePath, StringComparison.Ordinal)
        && address.AbsolutePath[api.AbsolutePath.Length..].TrimStart('/') is { } path
        && (path.StartsWith("repos/", StringComparison.Ordinal) || path.StartsWith("repositories/", StringComparison.Ordinal));

    private bool IsAtInterface(Uri address) => address.UserInfo.Length == 0
        && Uri.Compare(address, api, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Puts credentials on a request that goes to the forge.</summary>
    private HttpRequestMessage Authorized(HttpRequestMessage request)
    {
        if (IsAtForge(request.RequestUri!) || IsAtInterface(request.RequestUri!))
        {
            authorize(request);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var idle = new CancellationTokenSource(IdleLimit, time);
        using CancellationTokenRegistration link = idle.Token.Register(patience.Cancel);
        try
        {
            HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            _hasAnswered = true;
            return answer;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException("the server does not answer");
        }
    }

    // Archives lie on a host of their own, which needs no credentials.
    private Uri Redirected(Uri from, HttpResponseMessage answer)
    {
        Uri? to = answer.Headers.Location is { } location ? new Uri(from, location) : null;
        return to is not null && (IsAtForge(to) || IsAtInterface(to) || (to.Host == Archives && to.Scheme == Uri.UriSchemeHttps && to.UserInfo.Length == 0))
            ? to
            : throw new FetchException(FaultRules.Refused, "redirected away from the forge");
    }

    private void Check(HttpResponseMessage answer)
    {
        int status = (int)answer.StatusCode;
        if (answer.StatusCode == HttpStatusCode.TooManyRequests || (status is 403 or 503 && answer.Headers.RetryAfter is not null))
        {
            TimeSpan wait = answer.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - time.GetUtcNow(),
                _ => TimeSpan.FromMinutes(1),
            };
            wait = wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1);
            gate.Throttle(wait);
            throw new ThrottledException($"the server answers {status}, again and again", wait);
        }

        if (status >= 500)
        {
            throw new HttpRequestException($"the server answers {status}");
        }

        if (status != 200)
        {
            throw status switch
            {
                404 or 410 => new FetchException(FaultRules.Vanished, $"the server answers {status}"),
                401 => new FetchException(FaultRules.Private, "the server asks for rights"),
                403 or 451 => new FetchException(FaultRules.Blocked, $"the server answers {status}"),
                _ => new FetchException(FaultRules.Refused, $"the server answers {status}"),
            };
        }
    }

    private sealed class ThrottledException(string message, TimeSpan wait) : Exception(message)
    {
        public TimeSpan Wait => wait;
    }
}
