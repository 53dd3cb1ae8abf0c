using System.Text.Json;
using DataForge.Crawler.GitHub.Handlers;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Retries, circuit breaker and timeout of requests to the API, and what counts as a failure. GitHub asks for waits that grow exponentially
/// and for an error after a number of retries (https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api).
/// </summary>
internal sealed class ApiResilience
{
    // The first wait, doubled from retry to retry, and the longest one. After a minute or two a server is either back, or in an outage in
    // which more frequent requests do not help.
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(2);

    // A healthy GitHub answers single searches with an error, so a few failures must not open the circuit. It opens where 8 of 10 requests
    // within a minute fail, which is an outage. Ten requests are a third of the searches that one user may send in a minute, so searches
    // alone are enough to notice one. While the circuit is open nothing is sent; after half a minute one request probes the server.
    private const double FailureRatio = 0.8;
    private const int MinimumThroughput = 10;
    private static readonly TimeSpan SamplingDuration = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BreakDuration = TimeSpan.FromSeconds(30);

    // A server that was never reached is tried this many times within GitHubClientOptions.ConnectRetryTime: fewer attempts than
    // MinimumThroughput, so that the circuit stays closed and the user sees the connection error.
    private const int ConnectAttempts = 8;

    private readonly GitHubClientOptions _options;
    private readonly Lock _jitterLock = new();
    private readonly Random _jitter;
    private volatile bool _hasResponded;

    /// <summary>Builds the pipelines.</summary>
    public ApiResilience(GitHubClientOptions options, TimeProvider time)
    {
        (_options, _jitter) = (options, new Random(options.Seed));
        Request = new ResiliencePipelineBuilder<ApiAnswer> { TimeProvider = time }.AddRetry(Retry()).Build();
        Attempt = new ResiliencePipelineBuilder<ApiAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ApiAnswer>
            {
                ShouldHandle = static args => ValueTask.FromResult(IsFailure(args.Outcome)),
                FailureRatio = FailureRatio,
                MinimumThroughput = MinimumThroughput,
                SamplingDuration = SamplingDuration,
                BreakDuration = BreakDuration,
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Timeout })
            .Build();
    }

    /// <summary>Around a whole request: sends it again after a failure or a rate limit.</summary>
    public ResiliencePipeline<ApiAnswer> Request { get; }

    /// <summary>Around a single attempt, within its permit: circuit breaker and timeout.</summary>
    public ResiliencePipeline<ApiAnswer> Attempt { get; }

    /// <summary>Called when the server has responded: from now on a lost connection is an outage, not a wrong address.</summary>
    public void Responded() => _hasResponded = true;

    /// <summary>Whether a failed attempt to connect is the last: the server was never reached, and the time for it is over.</summary>
    /// <param name="fault">The failure.</param>
    /// <param name="elapsed">Time since the request began.</param>
    public bool IsConnectTimeOver(HttpRequestException fault, TimeSpan elapsed) =>
        !_hasResponded && IsConnectFailure(fault) && elapsed + ConnectDelay >= _options.ConnectRetryTime;

    private TimeSpan ConnectDelay => _options.ConnectRetryTime / ConnectAttempts;

    private RetryStrategyOptions<ApiAnswer> Retry() => new()
    {
        ShouldHandle = static args => ValueTask.FromResult(
            args.Outcome.Exception is BrokenCircuitException || IsFailure(args.Outcome) || args.Outcome.Result is { IsRateLimited: true }),
        MaxRetryAttempts = _options.Retries,
        BackoffType = DelayBackoffType.Exponential,
        Delay = FirstDelay,
        MaxDelay = LongestDelay,
        UseJitter = true,
        Randomizer = NextJitter,
        OnRetry = args =>
        {
            Report(args);
            return ValueTask.CompletedTask;
        },

        // After a rate limit the limiter knows how long to wait, and whether another user's budget is left.
        DelayGenerator = args => ValueTask.FromResult(args.Outcome switch
        {
            _ when IsUnreached(args.Outcome) => ConnectDelay,
            { Result.IsRateLimited: true } => TimeSpan.Zero,
            { Result: { } failure } => failure.RetryAfter,
            { Exception: BrokenCircuitException broken } => broken.RetryAfter,
            _ => null,
        }),
    };

    private double NextJitter()
    {
        lock (_jitterLock)
        {
            return _jitter.NextDouble();
        }
    }

    private void Report(OnRetryArguments<ApiAnswer> args)
    {
        if (IsUnreached(args.Outcome))
        {
            if (args.AttemptNumber == 0)
            {
                _options.OnWaiting?.Invoke(FormattableString.Invariant(
                    $"{_options.BaseAddress.Authority} cannot be reached ({args.Outcome.Exception!.Message}); ")
                    + FormattableString.Invariant($"trying for {_options.ConnectRetryTime.TotalSeconds} s"));
            }
        }
        else if (args.AttemptNumber > 0)
        {
            // The first failure of a request is common and not worth a message.
            string why = args.Outcome.Exception is { } fault ? fault.Message.Split('\n')[0] : "it answers with an error or a refusal";
            double seconds = Math.Ceiling(args.RetryDelay.TotalSeconds);
            _options.OnWaiting?.Invoke(FormattableString.Invariant(
                $"{_options.BaseAddress.Host}: {why}; trying again in {seconds} s ({args.AttemptNumber + 1} of {_options.Retries})"));
        }
    }

    // A server that was never reached may be unreachable for good, for lack of a network or for a wrong address. The user must not have to
    // wait long for that message.
    private bool IsUnreached(Outcome<ApiAnswer> outcome) =>
        !_hasResponded && outcome.Exception is HttpRequestException fault && IsConnectFailure(fault);

    private static bool IsConnectFailure(HttpRequestException fault) => fault.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
        or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private static bool IsFailure(Outcome<ApiAnswer> outcome) =>
        outcome.Exception is HttpRequestException or IOException or TimeoutRejectedException or JsonException
        || outcome.Result is { IsServerError: true };
}
