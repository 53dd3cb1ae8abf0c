using DataForge.Service.Ledger;
using DataForge.Service.Settings;

namespace DataForge.Service.Tests.Ledger;

/// <summary>Schedules as a configuration would have them.</summary>
internal static class Schedules
{
    public static Schedule Of(ScheduleOptions options)
    {
        ScheduleOptions named = options with { Run = options.Run.Length == 0 ? options.Name : options.Run };
        return new Schedule(named, ScheduleFaults.Times(named));
    }

    public static Schedule Hourly(MissedPolicy missed = MissedPolicy.Once, OverlapPolicy overlap = OverlapPolicy.Skip, int retries = 3) =>
        Of(new ScheduleOptions { Name = "hourly", Cron = "0 * * * *", Missed = missed, Overlap = overlap, Retries = retries });
}
