using DataForge.Service.Scheduling;
using DataForge.Service.Settings;

namespace DataForge.Service.Ledger;

/// <summary>A row to be recorded: a due time that waits for its run, or due times that are skipped.</summary>
/// <param name="DueAt">The time, in milliseconds since 1970.</param>
/// <param name="ThroughAt">The last of the times that are skipped together.</param>
/// <param name="Times">How many these are.</param>
/// <param name="Skipped">Why they are skipped; null where the run is to begin.</param>
internal sealed record PlannedTime(long DueAt, long ThroughAt, long Times, string? Skipped);

/// <summary>
/// Decides what becomes of the times that have passed: which get a run, and which are skipped, by the schedule's policies.
/// </summary>
internal static class DueTimePlanner
{
    /// <summary>A time that is seen later than this was missed: the service was not running, or the clock was set forward.</summary>
    public const long LatestMilliseconds = 60_000;

    /// <summary>Due times that may wait at once; more are skipped, the oldest first.</summary>
    public const int MostWaiting = 1000;

    /// <summary>Times looked at in one go; the rest follows a second later.</summary>
    public const int MostTimes = 100_000;

    private const string Missed = "missed: the service was not running, or the clock was set forward";
    private const string Stands = "missed: one run stands for all that were missed";
    private const string Overlap = "an earlier run of the schedule was not finished";
    private const string TooMany = "missed, and more were waiting than are repeated";

    /// <summary>Plans the times after one moment, up to another.</summary>
    /// <param name="schedule">The policies.</param>
    /// <param name="times">The times.</param>
    /// <param name="after">The moment up to which all times are recorded.</param>
    /// <param name="now">The present.</param>
    /// <param name="recorded">Times after that moment that are recorded already.</param>
    /// <param name="unfinished">How many due times of the schedule wait or run.</param>
    /// <returns>The rows, and the moment up to which all times are recorded with them.</returns>
    public static (IReadOnlyList<PlannedTime> Rows, long Until) Plan(
        ScheduleOptions schedule, CronSchedule times, long after, long now, IReadOnlySet<long> recorded, int unfinished)
    {
        var rows = new List<PlannedTime>();
        List<long> missed = [];
        List<long> onTime = [];
        long at = after;
        while (missed.Count + onTime.Count < MostTimes
            && times.Next(DateTimeOffset.FromUnixTimeMilliseconds(at))?.ToUnixTimeMilliseconds() is { } next && next <= now)
        {
            at = next;
            if (!recorded.Contains(at))
            {
                (now - at > LatestMilliseconds ? missed : onTime).Add(at);
            }
        }

        bool isAll = missed.Count + onTime.Count < MostTimes;
        int runs = schedule.Missed switch { MissedPolicy.All => MostWaiting - unfinished, MissedPolicy.Once => 1, _ => 0 };
        int skipped = Math.Clamp(missed.Count - runs, 0, missed.Count);
        Skip(missed.Take(skipped), schedule.Missed switch { MissedPolicy.All => TooMany, MissedPolicy.Once => Stands, _ => Missed });
        foreach (long due in missed.Skip(skipped))
        {
            // Each of "all" waits for those before it; the one that stands for the others is like a time that came just now.
            AddRun(due, schedule.Missed == MissedPolicy.All || schedule.Overlap == OverlapPolicy.Queue);
        }

        foreach (long due in onTime)
        {
            AddRun(due, schedule.Overlap == OverlapPolicy.Queue);
        }

        return (rows, isAll ? now : at);

        void AddRun(long due, bool mayWait)
        {
            if (unfinished == 0 || (mayWait && unfinished < MostWaiting))
            {
                rows.Add(new PlannedTime(due, due, 1, null));
                unfinished++;
            }
            else
            {
                Skip([due], Overlap);
            }
        }

        void Skip(IEnumerable<long> group, string reason)
        {
            foreach (long due in group)
            {
                if (rows is [.., { Skipped: { } same } last] && same == reason)
                {
                    rows[^1] = last with { ThroughAt = due, Times = last.Times + 1 };
                }
                else
                {
                    rows.Add(new PlannedTime(due, due, 1, reason));
                }
            }
        }
    }
}
