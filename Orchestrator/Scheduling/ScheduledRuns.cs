using DataForge.Corpus;
using DataForge.Orchestrator.Terminal;
using DataForge.Service.Scheduling;

namespace DataForge.Orchestrator.Scheduling;

/// <summary>
/// Runs an operation at once and then at each time of a schedule, one run after the other, until it is stopped. At once, because an earlier
/// run may have been interrupted; that costs little where nothing changed. A time that passes while a run is active is skipped. A run that
/// fails is reported, and the next one starts at its time: a crawl that finds no network at night works again in the morning.
/// </summary>
/// <param name="schedule">The times.</param>
/// <param name="time">The clock.</param>
/// <param name="run">The operation.</param>
/// <param name="report">Receives the lines for the user.</param>
internal sealed class ScheduledRuns(CronSchedule schedule, TimeProvider time, Func<CancellationToken, Task> run, Action<string> report)
{
    // A change of the system clock is noticed after this time at the latest.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    /// <summary>Runs until the token is cancelled, or the program has a fault.</summary>
    /// <exception cref="DataForgeException">The first run fails for wrong use, as the others would, or the schedule has ended.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                await run(cancellation).ConfigureAwait(false);
            }
            catch (DataForgeException e) when (e.ExitCode == DataForgeException.Failed || !isFirst)
            {
                report($"this run failed: {e.Message}");
            }
            catch (IOException e)
            {
                report($"this run failed: {ErrorLine.Explain(e)}");
            }

            DateTimeOffset next = schedule.Next(time.GetUtcNow())
                ?? throw DataForgeException.Usage("--schedule names no time in the future.");
            report($"the next run begins at {TimeZoneInfo.ConvertTime(next, time.LocalTimeZone):yyyy-MM-dd HH:mm:ss}; Ctrl-C stops");
            await WaitAsync(next, cancellation).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(DateTimeOffset until, CancellationToken cancellation)
    {
        while (until - time.GetUtcNow() is { Ticks: > 0 } left)
        {
            await Task.Delay(left < LongestSleep ? left : LongestSleep, time, cancellation).ConfigureAwait(false);
        }
    }
}
