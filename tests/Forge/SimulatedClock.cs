using System.Diagnostics;
using System.Security.Cryptography;

namespace DataForge.Forge;

/// <summary>
/// A clock that stands still while there is activity and jumps to the next timer when there is none, so that hours of waiting pass in
/// seconds. There is no activity when no request is in flight (<see cref="Begin"/>, <see cref="End"/>) and no request or timer has started
/// or ended for a short real time, in which this clock's own thread also got some work done: on a busy machine it waits longer.
/// </summary>
public sealed class SimulatedClock : TimeProvider, IDisposable
{
    private const int QuietWork = 40;
    private readonly Lock _lock = new();
    private readonly List<SimulatedTimer> _timers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _quiet;

    // Takes about a millisecond to hash. As the scheduler is fair, every other thread with work gets as much done meanwhile.
    private readonly byte[] _work = new byte[1 << 20];
    private DateTimeOffset _now;
    private long _lastActivity = Stopwatch.GetTimestamp();
    private int _inFlight;
    private int _worked;

    /// <summary>Starts the clock.</summary>
    /// <param name="start">The time.</param>
    /// <param name="quiet">Real time without activity before the clock jumps; default 50 milliseconds.</param>
    public SimulatedClock(DateTimeOffset start, TimeSpan? quiet = null)
    {
        _now = start;
        _quiet = quiet ?? TimeSpan.FromMilliseconds(50);
        new Thread(Run) { IsBackground = true, Name = "simulated clock" }.Start();
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How often the clock jumped.</summary>
    public int Jumps { get; private set; }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>A request begins: the clock stands still.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _inFlight++;
            Touch();
        }
    }

    /// <summary>The request ended, or waits for the clock itself.</summary>
    public void End()
    {
        lock (_lock)
        {
            _inFlight--;
            Touch();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Cancel();

    private void Touch() => (_lastActivity, _worked) = (Stopwatch.GetTimestamp(), 0);

    private void Run()
    {
        while (!_stop.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(2)))
        {
            SHA256.HashData(_work);
            foreach (SimulatedTimer timer in Jump())
            {
                ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Fire(), timer, preferLocal: false);
            }
        }
    }

    private List<SimulatedTimer> Jump()
    {
        lock (_lock)
        {
            if (_inFlight > 0 || _timers.Count == 0 || _worked++ < QuietWork || Stopwatch.GetElapsedTime(_lastActivity) < _quiet)
            {
                return [];
            }

            DateTimeOffset next = _timers.Min(timer => timer.Due);
            _now = next > _now ? next : _now;
            List<SimulatedTimer> due = _timers.FindAll(timer => timer.Due <= _now);
            foreach (SimulatedTimer timer in due)
            {
                if (timer.Period > TimeSpan.Zero)
                {
                    timer.Due = _now + timer.Period;
                }
                else
                {
                    _timers.Remove(timer);
                }
            }

            Jumps++;
            Touch();
            return due;
        }
    }

    private sealed class SimulatedTimer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = clock._now + dueTime;
                    Period = period;
                    clock._timers.Add(this);
                    clock.Touch();
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
