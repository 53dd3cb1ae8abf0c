using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Service.Scheduling;

namespace DataForge.Service.Settings;

/// <summary>What is wrong with a schedule.</summary>
internal static class ScheduleFaults
{
    /// <summary>What a run's name holds where each time has a run of its own.</summary>
    public const string Due = "{due}";

    private const int MostNameLength = 60;

    /// <summary>A sentence for each fault.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="earlier">Those before it in the file.</param>
    public static IEnumerable<string> Of(ScheduleOptions schedule, IEnumerable<ScheduleOptions> earlier)
    {
        List<string?> faults =
        [
            IsName(schedule.Name) && schedule.Name.Length <= MostNameLength
                ? null
                : $"name must be up to {MostNameLength} letters, digits, '-', '_' and '.'.",
            IsName(schedule.Run.Replace(Due, "x", StringComparison.Ordinal)) && schedule.Run.Length <= MostNameLength
                ? null
                : $"run must be up to {MostNameLength} letters, digits, '-', '_' and '.', and may contain {Due}.",
            StageNames.All.Contains(schedule.Until) ? null : $"until must be one of {string.Join(", ", StageNames.All)}.",
            schedule.Config is null || File.Exists(schedule.Config) ? null : $"there is no file {schedule.Config}.",
            schedule.Workers is { } workers ? ServiceConfiguration.Range("workers", workers, 1, 1024) : null,
            ServiceConfiguration.Range("retries", schedule.Retries, 0, 1000),
            ServiceConfiguration.Range("retryDelaySeconds", schedule.RetryDelaySeconds, 0, 604_800),
            ServiceConfiguration.Range("keepRuns", schedule.KeepRuns, 0, 1_000_000),
            ServiceConfiguration.Range("minimumFreeGigabytes", schedule.MinimumFreeGigabytes, 0, 1e6),
            schedule.KeepRuns > 0 && !schedule.Run.Contains(Due, StringComparison.Ordinal)
                ? $"keepRuns needs a run with {Due} in its name: there is only one run otherwise."
                : null,
            TimesFault(schedule),
        ];
        foreach (ScheduleOptions other in earlier)
        {
            faults.Add(other.Name == schedule.Name ? "another schedule has the same name." : null);
            faults.Add(other.Workspace == schedule.Workspace && other.Run == schedule.Run
                ? $"the schedule {other.Name} builds the same run; give one of them another name with run."
                : null);
        }

        return faults.OfType<string>();
    }

    /// <summary>The times of a schedule that has no faults.</summary>
    public static CronSchedule Times(ScheduleOptions schedule) =>
        CronSchedule.Parse(schedule.Cron, TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone), "cron");

    private static string? TimesFault(ScheduleOptions schedule)
    {
        try
        {
            return Times(schedule).Next(DateTimeOffset.UnixEpoch.AddYears(50)) is null ? $"cron '{schedule.Cron}' names no time." : null;
        }
        catch (DataForgeException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentException)
        {
            return $"timeZone '{schedule.TimeZone}' is not known here; give a name such as UTC or Europe/Berlin (package tzdata).";
        }
    }

    private static bool IsName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
