using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// What one repository may cost: received bytes, objects, and time. Time counts only while it is at work, not while it waits its turn.
/// One thing is done at a time.
/// </summary>
internal sealed class FetchQuota(CrawlOptions options, TimeProvider time)
{
    private readonly TimeSpan _limit = TimeSpan.FromSeconds(options.FetchTimeoutSeconds);
    private TimeSpan _spent;
    private CancellationTokenSource? _patience;
    private long _since;

    /// <summary>Bytes received so far.</summary>
    public long Received { get; private set; }

    /// <summary>Bytes that may still come.</summary>
    public long Left => Math.Max(0, options.FetchMaxBytes - Received);

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Patience { get; private set; }

    /// <summary>Does something on the repository's time.</summary>
    /// <exception cref="FetchException">The time was over before.</exception>
    public async Task<T> DuringAsync<T>(Func<Task<T>> work)
    {
        if (_spent >= _limit)
        {
            throw TimeOver();
        }

        using var patience = new CancellationTokenSource(_limit - _spent, time);
        (_patience, _since, Patience) = (patience, time.GetTimestamp(), patience.Token);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _spent += time.GetElapsedTime(_since);
            (_patience, Patience) = (null, CancellationToken.None);
        }
    }

    /// <summary>Waits for its turn within that: the repository's time stands still meanwhile.</summary>
    public async Task<T> OutsideAsync<T>(Func<Task<T>> wait)
    {
        if (_patience is not { } patience)
        {
            return await wait().ConfigureAwait(false);
        }

        _spent += time.GetElapsedTime(_since);
        patience.CancelAfter(Timeout.InfiniteTimeSpan);
        try
        {
            return await wait().ConfigureAwait(false);
        }
        finally
        {
            _since = time.GetTimestamp();
            patience.CancelAfter(_limit > _spent ? _limit - _spent : TimeSpan.Zero);
        }
    }

    /// <summary>Counts received bytes.</summary>
    /// <exception cref="FetchException">They are too many.</exception>
    public void Receive(int bytes)
    {
        Received += bytes;
        if (Received > options.FetchMaxBytes)
        {
            throw new FetchException(FaultRules.Limit, $"more than {options.FetchMaxBytes} bytes were sent");
        }
    }

    /// <summary>Forgets what was received: the repository is fetched again, in another way.</summary>
    public void Restart() => Received = 0;

    /// <summary>Checks how many objects a pack announces.</summary>
    /// <exception cref="FetchException">They are too many.</exception>
    public void CheckObjects(uint count)
    {
        if (count > options.FetchMaxObjects)
        {
            throw new FetchException(FaultRules.Limit, $"a pack of {count} objects; the limit is {options.FetchMaxObjects}");
        }
    }

    /// <summary>The reason when the time is over.</summary>
    public FetchException TimeOver() => new(FaultRules.Timeout, $"not had within {options.FetchTimeoutSeconds} seconds", isPassing: true);
}
