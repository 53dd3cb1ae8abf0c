using DataForge.Corpus;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// What fetching one repository may cost: received bytes, objects, and time. Time counts only while the repository is fetched, not while it
/// waits for a slot or a permit. Used by one thread at a time.
/// </summary>
internal sealed class FetchQuota(CrawlOptions options, TimeProvider time)
{
    private readonly TimeSpan _limit = TimeSpan.FromSeconds(options.FetchTimeoutSeconds);
    private TimeSpan _elapsed;
    private CancellationTokenSource? _timeout;
    private long _startedAt;

    /// <summary>Bytes received so far.</summary>
    public long Received { get; private set; }

    /// <summary>Bytes that may still be received.</summary>
    public long Remaining => Math.Max(0, options.FetchMaxBytes - Received);

    /// <summary>Cancelled when the time is used up.</summary>
    public CancellationToken Timeout { get; private set; }

    /// <summary>Runs a step of the fetch; its time counts.</summary>
    /// <exception cref="FetchException">The time was used up before.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> step)
    {
        if (_elapsed >= _limit)
        {
            throw TimedOut();
        }

        using var timeout = new CancellationTokenSource(_limit - _elapsed, time);
        (_timeout, _startedAt, Timeout) = (timeout, time.GetTimestamp(), timeout.Token);
        try
        {
            return await step().ConfigureAwait(false);
        }
        finally
        {
            _elapsed += time.GetElapsedTime(_startedAt);
            (_timeout, Timeout) = (null, CancellationToken.None);
        }
    }

    /// <summary>Waits within a step, without the time counting: for a permit, for example.</summary>
    public async Task<T> PauseAsync<T>(Func<Task<T>> wait)
    {
        if (_timeout is not { } timeout)
        {
            return await wait().ConfigureAwait(false);
        }

        _elapsed += time.GetElapsedTime(_startedAt);
        timeout.CancelAfter(System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            return await wait().ConfigureAwait(false);
        }
        finally
        {
            _startedAt = time.GetTimestamp();
            timeout.CancelAfter(_limit > _elapsed ? _limit - _elapsed : TimeSpan.Zero);
        }
    }

    /// <summary>Counts received bytes.</summary>
    /// <exception cref="FetchException">The limit is exceeded.</exception>
    public void Receive(int bytes)
    {
        Received += bytes;
        if (Received > options.FetchMaxBytes)
        {
            throw new FetchException(RuleNames.Limit, $"more than {options.FetchMaxBytes} bytes were sent");
        }
    }

    /// <summary>Resets the received bytes: the repository is fetched again, in another way.</summary>
    public void Restart() => Received = 0;

    /// <summary>Checks the number of objects that a pack announces.</summary>
    /// <exception cref="FetchException">The limit is exceeded.</exception>
    public void CheckObjects(uint count)
    {
        if (count > options.FetchMaxObjects)
        {
            throw new FetchException(RuleNames.Limit, $"a pack of {count} objects; the limit is {options.FetchMaxObjects}");
        }
    }

    /// <summary>The exception for a repository whose time is used up.</summary>
    public FetchException TimedOut() =>
        new(RuleNames.Timeout, $"not fetched within {options.FetchTimeoutSeconds} seconds", isTransient: true);
}
