namespace DataForge.Crawler.Fetch;

/// <summary>
/// How many transfers run at a time. It finds the number by itself, by climbing: after every few transfers it compares their rate with
/// the rate before, and goes on in the same direction where it rose, turns round where it fell. A server that asks for patience halves
/// the number and holds everybody back until its time has come. What is fetched never depends on it.
/// </summary>
internal sealed class FetchGate(int fixedCount, TimeProvider time)
{
    /// <summary>Most transfers at a time: GitHub allows 100 requests at a time in all, and other clients of the account want some.</summary>
    public const int MaxCount = 32;

    private const int FirstCount = 8;
    private const int LeastCount = 2;

    // A rate that differs by less than this is noise, and the number then drifts upwards.
    private const double Noise = 0.05;

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _count = fixedCount > 0 ? fixedCount : FirstCount;
    private int _running;
    private int _done;
    private int _step = 2;
    private double _rate;
    private long _since = time.GetTimestamp();
    private DateTimeOffset _heldUntil = DateTimeOffset.MinValue;

    /// <summary>Transfers allowed at a time now.</summary>
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

    /// <summary>Runs a transfer when its turn has come; in the order of the calls.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> transfer, CancellationToken cancellation)
    {
        await EnterAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await transfer().ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The server asks to wait.</summary>
    public void Throttle(TimeSpan wait)
    {
        lock (_lock)
        {
            DateTimeOffset until = time.GetUtcNow() + wait;
            _heldUntil = until > _heldUntil ? until : _heldUntil;
            _count = fixedCount > 0 ? fixedCount : Math.Max(1, _count / 2);
            (_rate, _done, _step) = (0, 0, 1);
        }
    }

    private async Task EnterAsync(CancellationToken cancellation)
    {
        TaskCompletionSource? turn = null;
        lock (_lock)
        {
            if (_running < _count && _waiting.Count == 0)
            {
                _running++;
            }
            else
            {
                turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.AddLast(turn);
            }
        }

        if (turn is not null)
        {
            using CancellationTokenRegistration registration = cancellation.Register(() => turn.TrySetCanceled(cancellation));
            await turn.Task.ConfigureAwait(false);
        }

        try
        {
            await HoldAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    private async Task HoldAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_lock)
            {
                wait = _heldUntil == DateTimeOffset.MinValue ? TimeSpan.Zero : _heldUntil - time.GetUtcNow();
            }

            if (wait <= TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _running--;
            Climb();
            while (_running < _count && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                _running += next.Value.TrySetResult() ? 1 : 0;
            }
        }
    }

    private void Climb()
    {
        // Without anybody waiting the rate says nothing about the number.
        if (fixedCount > 0 || _waiting.Count == 0 || ++_done < 4 * _count)
        {
            return;
        }

        double rate = _done / Math.Max(1e-6, time.GetElapsedTime(_since).TotalSeconds);
        if (_rate > 0)
        {
            _step = rate < _rate * (1 - Noise) ? -_step : rate > _rate * (1 + Noise) ? _step : Math.Abs(_step);
        }

        _count = Math.Clamp(_count + _step, LeastCount, MaxCount);
        (_rate, _done, _since) = (rate, 0, time.GetTimestamp());
    }
}
