using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Sends GET requests to one host: within the limits, again after faults that pass, through redirects that stay on the host. No token
/// leaves for another host, and none stays on a request.
/// </summary>
internal sealed class Transport
{
    /// <summary>The name of the client that the factory makes.</summary>
    public const string ClientName = "github";

    private const int MaxRedirects = 5;
    private readonly GitHubClientOptions _options;
    private readonly IHttpClientFactory _clients;
    private readonly RequestLimiter _limiter;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<Reply> _attempts;
    private readonly ResiliencePipeline<Reply> _attempt;
    private readonly SemaphoreSlim _beginning = new(1);
    private bool _hasBegun;
    private volatile bool _hasAnswered;

    public Transport(GitHubClientOptions options, IHttpClientFactory clients, RequestLimiter limiter, TimeProvider time)
    {
        (_options, _clients, _limiter, _time) = (options, clients, limiter, time);
        var jitter = new Random(options.Seed);
        _attempts = new ResiliencePipelineBuilder<Reply> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<Reply>
            {
                ShouldHandle = static args => ValueTask.FromResult(
                    args.Outcome.Exception is BrokenCircuitException || IsFault(args.Outcome) || args.Outcome.Result is { IsRefusal: true }),
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromSeconds(1),
                MaxDelay = TimeSpan.FromMinutes(2),
                UseJitter = true,
                Randomizer = () =>
                {
                    lock (jitter)
                    {
                        return jitter.NextDouble();
                    }
                },
                OnRetry = args =>
                {
                    if (IsBeginning(args.Outcome))
                    {
                        if (args.AttemptNumber == 0)
                        {
                            options.Tell?.Invoke(FormattableString.Invariant(
                                $"{options.BaseAddress.Authority} cannot be reached ({args.Outcome.Exception!.Message}); trying for {options.ConnectPatience.TotalSeconds} s"));
                        }
                    }
                    else if (args.AttemptNumber > 0)
                    {
                        // The first failure of a request is nothing to speak of.
                        string why = args.Outcome.Exception is { } fault ? fault.Message.Split('\n')[0] : "it answers with an error or a refusal";
                        options.Tell?.Invoke(FormattableString.Invariant(
                            $"{options.BaseAddress.Host}: {why}; trying again in {Math.Ceiling(args.RetryDelay.TotalSeconds)} s ({args.AttemptNumber + 1} of {options.Retries})"));
                    }

                    return ValueTask.CompletedTask;
                },

                // After a refusal the limiter knows how long to wait, and whether another user need not.
                DelayGenerator = args => ValueTask.FromResult(args.Outcome switch
                {
                    _ when IsBeginning(args.Outcome) => ConnectPause,
                    { Result.IsRefusal: true } => TimeSpan.Zero,
                    { Result: { } fault } => fault.RetryAfter,
                    { Exception: BrokenCircuitException broken } => broken.RetryAfter,
                    _ => null,
                }),
            })
            .Build();
        _attempt = new ResiliencePipelineBuilder<Reply> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<Reply>
            {
                ShouldHandle = static args => ValueTask.FromResult(IsFault(args.Outcome)),
                FailureRatio = 0.8,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromMinutes(1),
                BreakDuration = TimeSpan.FromSeconds(30),
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Timeout })
            .Build();
    }

    /// <summary>Asks for a path, relative to the base address or absolute on its host.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="resource">The budget it is charged to; null for none.</param>
    /// <param name="type">How the answer is read.</param>
    /// <param name="etag">The entity tag of the answer that is known already; null for none.</param>
    /// <param name="token">The token to use; null for any.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DataForgeException">The server cannot be reached, takes no token, or answers nonsense, time and again.</exception>
    public async Task<Reply> GetAsync(
        string path, string? resource, JsonTypeInfo type, string? etag, GitHubToken? token, CancellationToken cancellation)
    {
        if (resource is not null && !Volatile.Read(ref _hasBegun))
        {
            await BeginAsync(cancellation).ConfigureAwait(false);
        }

        var address = new Uri(_options.BaseAddress, path);
        for (int hop = 0; hop <= MaxRedirects && IsOurs(address); hop++)
        {
            Reply reply = await RetryAsync(new Question(address, resource, type, etag, token), cancellation).ConfigureAwait(false);
            if (reply.Location is not { } location)
            {
                return reply;
            }

            address = new Uri(address, location);
        }

        return new Reply { Outcome = ApiOutcome.MovedAway, Message = $"moved to {address.Host}" };
    }

    /// <summary>Leave to send a request of this host by other means, charged to a budget; the caller ends it with what is answered.</summary>
    /// <exception cref="DataForgeException">The server cannot be reached, or takes no token.</exception>
    public async Task<RequestLimiter.Permit> EnterAsync(string resource, CancellationToken cancellation)
    {
        if (!Volatile.Read(ref _hasBegun))
        {
            await BeginAsync(cancellation).ConfigureAwait(false);
        }

        return await _limiter.AcquireAsync(resource, null, cancellation).ConfigureAwait(false);
    }

    // Another program, or this one before it was killed, may have spent the budgets: asking what is left costs nothing. A server without
    // limits has no such page.
    private async Task BeginAsync(CancellationToken cancellation)
    {
        await _beginning.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            foreach (GitHubToken? token in _hasBegun ? [] : _limiter.Tokens)
            {
                Reply reply = await GetAsync("rate_limit", null, Json.Default.RateLimitOverview, null, token, cancellation).ConfigureAwait(false);
                if (reply.Value is RateLimitOverview overview)
                {
                    _limiter.Begin(token, overview);
                }
            }

            Volatile.Write(ref _hasBegun, true);
        }
        finally
        {
            _beginning.Release();
        }
    }

    private async Task<Reply> RetryAsync(Question question, CancellationToken cancellation)
    {
        string why;
        Exception? inner = null;
        question = question with { Began = _time.GetTimestamp() };
        try
        {
            Reply reply = await _attempts.ExecuteAsync(
                static (state, cancellation) => state.Transport.TryAsync(state.Question, cancellation),
                (Transport: this, Question: question),
                cancellation).ConfigureAwait(false);
            if (!reply.IsFault && !reply.IsRefusal)
            {
                return reply;
            }

            why = $"it answers {reply.Status}";
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutRejectedException or BrokenCircuitException or JsonException)
        {
            (why, inner) = (e is JsonException ? "its answer is no JSON of the kind expected" : e.Message, e);
        }

        throw new DataForgeException(
            $"{_options.BaseAddress.Host} does not serve {question.Address.AbsolutePath} after {_options.Retries + 1} tries ({why}): "
            + "wait, then run the same command again; it goes on where it stopped.",
            inner: inner);
    }

    private async ValueTask<Reply> TryAsync(Question question, CancellationToken cancellation)
    {
        RequestLimiter.Permit permit = await _limiter.AcquireAsync(question.Resource, question.Token, cancellation).ConfigureAwait(false);
        bool isEnded = false;
        bool isSent = false;
        try
        {
            Reply reply = await _attempt.ExecuteAsync(
                (_, stop) =>
                {
                    isSent = true;
                    return SendAsync(question, permit.Token, stop);
                },
                this,
                cancellation).ConfigureAwait(false);
            isEnded = true;
            permit.Answer(reply.Told, reply.Outcome == ApiOutcome.NotModified, !reply.IsFault && !reply.IsRefusal, reply.IsRefusal, reply.RetryAfter);
            return reply.Status == HttpStatusCode.Unauthorized ? throw Unauthorized(permit.Token) : reply;
        }
        finally
        {
            if (!isEnded && isSent)
            {
                permit.Fail();
            }
            else if (!isEnded)
            {
                permit.Cancel();
            }
        }
    }

    private async ValueTask<Reply> SendAsync(Question question, GitHubToken? token, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, question.Address);
        if (question.ETag is { } etag)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        }

        using HttpClient client = _clients.CreateClient(ClientName);
        try
        {
            token?.Authorize(request);
            using HttpResponseMessage response = await SendAsync(client, request, cancellation).ConfigureAwait(false);
            _hasAnswered = true;
            return await ReplyReader.ReadAsync(response, question.Resource, question.Type, _options.MaxBodyBytes, _time.GetUtcNow(), cancellation)
                .ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (!_hasAnswered && IsUnconnected(e)
            && _time.GetElapsedTime(question.Began) + ConnectPause >= _options.ConnectPatience)
        {
            throw new DataForgeException(
                $"{_options.BaseAddress.Authority} cannot be reached ({e.Message}): see that this machine has a network and that Crawl:GitHubBaseAddress is right, then run the same command again.",
                inner: e);
        }
        finally
        {
            request.Headers.Authorization = null;
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // The handler's own limit of time for a connection.
            throw new HttpRequestException(HttpRequestError.ConnectionError, "no connection came about", e);
        }
    }

    private DataForgeException Unauthorized(GitHubToken? token) => DataForgeException.Usage(token is null
        ? $"{_options.BaseAddress.Host} asks for a token: set GITHUB_TOKEN, or name a file with Crawl:GitHubTokenFile."
        : $"{_options.BaseAddress.Host} does not take the token of {token.Origin}: put a valid one there.");

    private bool IsOurs(Uri address) => address.Scheme == _options.BaseAddress.Scheme
        && address.IdnHost == _options.BaseAddress.IdnHost && address.Port == _options.BaseAddress.Port;

    // So few tries leave the circuit closed.
    private TimeSpan ConnectPause => _options.ConnectPatience / 8;

    // A server that was never reached may be one that never will: no network, or a wrong address. The user should not have to wait to hear it.
    private bool IsBeginning(Outcome<Reply> outcome) => !_hasAnswered && outcome.Exception is HttpRequestException fault && IsUnconnected(fault);

    private static bool IsUnconnected(HttpRequestException fault) => fault.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private static bool IsFault(Outcome<Reply> outcome) =>
        outcome.Exception is HttpRequestException or IOException or TimeoutRejectedException or JsonException || outcome.Result is { IsFault: true };

    private sealed record Question(Uri Address, string? Resource, JsonTypeInfo Type, string? ETag, GitHubToken? Token)
    {
        public long Began { get; init; }
    }
}
