using System.Diagnostics;

namespace DataForge.Service.Hosting;

/// <summary>Whether the service works, for <c>/healthz</c>, <c>/readyz</c> and the service manager's watchdog.</summary>
internal sealed class ServiceHealth
{
    /// <summary>Schedules are looked at every second; a service that did not for this long hangs.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private long _lastRound = Stopwatch.GetTimestamp();
    private volatile string? _fault = "the schedules were not looked at yet";

    /// <summary>Whether the schedules are looked at.</summary>
    public bool IsAlive => Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastRound)) < LongestPause;

    /// <summary>Why the service cannot start runs now; null where it can.</summary>
    public string? Fault => _fault;

    /// <summary>Records that the schedules were looked at.</summary>
    /// <param name="fault">What went wrong; null where nothing did.</param>
    public void Report(string? fault)
    {
        Interlocked.Exchange(ref _lastRound, Stopwatch.GetTimestamp());
        _fault = fault;
    }
}
