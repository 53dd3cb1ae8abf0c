using DataForge.Corpus.Events;

namespace DataForge.Corpus.Runs;

/// <summary>Counts the work that a stage has done and writes it to the event log, at most twice per second.</summary>
public sealed class StageProgress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly EventLog _events;
    private readonly TimeProvider _time;
    private readonly string _stage;
    private readonly string _unit;
    private readonly long _start;
    private long _total;
    private long _done;
    private long _written;

    internal StageProgress(EventLog events, TimeProvider time, string stage, string unit, long total)
    {
        (_events, _time, _stage, _unit, _total) = (events, time, stage, unit, total);
        _start = _written = time.GetTimestamp();
        Write();
    }

    /// <summary>Sets the total amount of work, if it becomes known only later; 0 if it is unknown.</summary>
    public void SetTotal(long total) => Interlocked.Exchange(ref _total, total);

    /// <summary>Adds work that is done. Safe from several threads.</summary>
    public void Advance(long by)
    {
        Interlocked.Add(ref _done, by);
        long now = _time.GetTimestamp();
        long written = Interlocked.Read(ref _written);
        if (_time.GetElapsedTime(written, now) >= Interval && Interlocked.CompareExchange(ref _written, now, written) == written)
        {
            Write();
        }
    }

    /// <summary>Writes the final state.</summary>
    public void Dispose() => Write();

    private void Write() => _events.Write(new StageAdvanced(
        _stage, _unit, Interlocked.Read(ref _done), Interlocked.Read(ref _total), _time.GetElapsedTime(_start).TotalSeconds));
}
