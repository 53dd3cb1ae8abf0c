namespace DataForge.Crawler.Fetch;

/// <summary>
/// Limits how many transfers run at a time. It finds the best number by hill climbing: after every few transfers it compares their rate
/// with the rate before, and goes on in the same direction where the rate rose, and in the other one where it fell. A server that asks to
/// wait halves the number and delays all transfers until then. The result of a crawl never depends on the number.
/// </summary>
/// <param name="fixedCount">A fixed number of transfers; 0 to find it.</param>
/// <param name="time">The clock.</param>
internal sealed class TransferLimiter(int fixedCount, TimeProvider time)
{
    /// <summary>
    /// The most transfers at a time. GitHub allows 100 concurrent requests in all
    /// (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits), and the searches of this
    /// crawl and other programs of the same user need some of them.
    /// </summary>
    public const int MaxCount = 32;

    // Where the search for the number begins: a quarter of the most. It reaches either end within a dozen steps of two.
    private const int FirstCount = 8;
    private const int MinCount = 2;
    private const int FirstStep = 2;

    // A rate is measured over so many transfers for each that runs at a time: their sizes differ by orders of magnitude.
    private const int TransfersPerSlot = 4;

    // A rate that differs by less than this is noise; then the number drifts upwards.
    private const double Noise = 0.05;

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _count = fixedCount > 0 ? fixedCount : FirstCount;
    private int _running;
    private int _completed;
    private int _step = FirstStep;
    private double _rate;
    private long _measuredFrom = time.GetTimestamp();
    private DateTimeOffset _throttledUntil = DateTimeOffset.MinValue;

    /// <summary>How many transfers may run at a time at present.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Runs a transfer when a slot is free; slots are given in the order of the calls.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> transfer, CancellationToken cancellation)
    {
        await AcquireAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await transfer().ConfigureAwait(false);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Delays all transfers, as the server asks for, and halves their number.</summary>
    public void Throttle(TimeSpan wait)
    {
        lock (_lock)
        {
            DateTimeOffset until = time.GetUtcNow() + wait;
            _throttledUntil = until > _throttledUntil ? until : _throttledUntil;
            _count = fixedCount > 0 ? fixedCount : Math.Max(1, _count / 2);
            (_rate, _completed, _step) = (0, 0, 1);
        }
    }

    private async Task AcquireAsync(CancellationToken cancellation)
    {
        TaskCompletionSource? slot = null;
        lock (_lock)
        {
            if (_running < _count && _waiting.Count == 0)
            {
                _running++;
            }
            else
            {
                slot = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.AddLast(slot);
            }
        }

        if (slot is not null)
        {
            using CancellationTokenRegistration registration = cancellation.Register(() => slot.TrySetCanceled(cancellation));
            await slot.Task.ConfigureAwait(false);
        }

        try
        {
            await WaitWhileThrottledAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Release();
            throw;
        }
    }

    private async Task WaitWhileThrottledAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_lock)
            {
                wait = _throttledUntil == DateTimeOffset.MinValue ? TimeSpan.Zero : _throttledUntil - time.GetUtcNow();
            }

            if (wait <= TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
        }
    }

    private void Release()
    {
        lock (_lock)
        {
            _running--;
            AdjustCount();
            while (_running < _count && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                _running += next.Value.TrySetResult() ? 1 : 0;
            }
        }
    }

    private void AdjustCount()
    {
        // Where no transfer waits, the rate does not depend on the number.
        if (fixedCount > 0 || _waiting.Count == 0 || ++_completed < TransfersPerSlot * _count)
        {
            return;
        }

        double rate = _completed / Math.Max(1e-6, time.GetElapsedTime(_measuredFrom).TotalSeconds);
        if (_rate > 0)
        {
            _step = rate < _rate * (1 - Noise) ? -_step : rate > _rate * (1 + Noise) ? _step : Math.Abs(_step);
        }

        _count = Math.Clamp(_count + _step, MinCount, MaxCount);
        (_rate, _completed, _measuredFrom) = (rate, 0, time.GetTimestamp());
    }
}
