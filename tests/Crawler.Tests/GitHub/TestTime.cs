using System.Diagnostics;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>
/// A clock that jumps to its next timer when nothing is under way and nothing has happened for some real milliseconds, so that hours of
/// waiting pass at once.
/// </summary>
internal sealed class TestTime : TimeProvider, IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(60);
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private readonly Thread _thread;
    private volatile bool _isDone;
    private DateTimeOffset _now = new(2024, 5, 1, 12, 0, 0, 250, TimeSpan.Zero);
    private int _underWay;
    private long _touched = Stopwatch.GetTimestamp();

    public TestTime()
    {
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Something is under way: the clock stands.</summary>
    public void Begin() => Count(1);

    /// <summary>It is over, or waits for the clock itself.</summary>
    public void End() => Count(-1);

    /// <summary>Lets time pass without a timer.</summary>
    public void Pass(TimeSpan time)
    {
        lock (_lock)
        {
            _now += time;
            _touched = Stopwatch.GetTimestamp();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Dispose()
    {
        _isDone = true;
        _thread.Join();
    }

    private void Count(int change)
    {
        lock (_lock)
        {
            _underWay += change;
            _touched = Stopwatch.GetTimestamp();
        }
    }

    private void Run()
    {
        while (!_isDone)
        {
            Thread.Sleep(2);
            List<Timer> due = [];
            lock (_lock)
            {
                if (_underWay == 0 && _timers.Count > 0 && ThreadPool.PendingWorkItemCount == 0 && Stopwatch.GetElapsedTime(_touched) > Quiet)
                {
                    DateTimeOffset next = _timers.Min(timer => timer.Due);
                    _now = next > _now ? next : _now;
                    due = _timers.FindAll(timer => timer.Due <= _now);
                    _timers.RemoveAll(due.Contains);
                    _touched = Stopwatch.GetTimestamp();
                }
            }

            due.ForEach(timer => ThreadPool.QueueUserWorkItem(_ => timer.Fire()));
        }
    }

    private sealed class Timer(TestTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = time._now + dueTime;
                    time._timers.Add(this);
                    time._touched = Stopwatch.GetTimestamp();
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
