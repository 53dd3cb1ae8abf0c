using DataForge.Corpus;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Scheduling;

/// <summary>
/// Runs something now and then at each time of a schedule, one after the other, until it is stopped. Now, because it may have been
/// interrupted, and costs little where nothing changed. A time that comes while a run is on passes; a run that fails is told, and the
/// next begins at its time, for a crawl that found no network in the night should be there in the morning.
/// </summary>
/// <param name="schedule">When.</param>
/// <param name="time">The clock.</param>
/// <param name="run">What.</param>
/// <param name="tell">Takes the lines for the user.</param>
internal sealed class ScheduledRuns(CronSchedule schedule, TimeProvider time, Func<CancellationToken, Task> run, Action<string> tell)
{
    // A clock that is set meanwhile is noticed after so long.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    /// <summary>Goes on until the token is cancelled, or the program has a fault.</summary>
    /// <exception cref="DataForgeException">The first run was asked for wrongly, as the others would be, or no time is to come.</exception>
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
                tell($"this run failed: {e.Message}");
            }
            catch (IOException e)
            {
                tell($"this run failed: {ErrorLine.Explain(e)}");
            }

            DateTimeOffset next = schedule.Next(time.GetUtcNow()) ?? throw DataForgeException.Usage("--schedule names no time that is still to come.");
            tell($"the next run begins at {TimeZoneInfo.ConvertTime(next, time.LocalTimeZone):yyyy-MM-dd HH:mm:ss}; Ctrl-C stops");
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
