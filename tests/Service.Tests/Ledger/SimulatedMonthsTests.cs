using System.Globalization;
using DataForge.Service.Ledger;
using DataForge.Service.Settings;
using DataForge.Testing;

namespace DataForge.Service.Tests.Ledger;

/// <summary>
/// Simulated months: every due time has one completed run, or is recorded as skipped or failed, with the reason. The hours of a simulation and
/// the number of simulations are set by DATAFORGE_TEST_SIMULATED_HOURS and DATAFORGE_TEST_SIMULATIONS.
/// </summary>
public sealed class SimulatedMonthsTests
{
    // Two months from here have both changes of clocks, New York's and Berlin's.
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 30, TimeSpan.Zero);
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(300);
    private static readonly int Hours = Setting("DATAFORGE_TEST_SIMULATED_HOURS", 1500);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Setting("DATAFORGE_TEST_SIMULATIONS", 1))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Ledger_crashesRestartsClockJumpsAndSummerTime_accountsForEachDueTime(int seed)
    {
        using var folder = new TemporaryFolder();
        var clock = new SimulatedClock(Start);
        using var database = SqliteLedger.Open(folder.Path, clock, isDurable: false);
        Schedule[] schedules =
        [
            Schedules.Of(new() { Name = "skip", Cron = "0 * * * *", Missed = MissedPolicy.Skip, Overlap = OverlapPolicy.Skip }),
            Schedules.Of(new() { Name = "once", Cron = "0 */2 * * *", Missed = MissedPolicy.Once, Overlap = OverlapPolicy.Queue, Retries = 0 }),
            Schedules.Of(new() { Name = "all", Cron = "30 2 * * *", TimeZone = "Europe/Berlin", Missed = MissedPolicy.All, Overlap = OverlapPolicy.Queue }),
            Schedules.Of(new() { Name = "other", Cron = "15 * * * *", TimeZone = "America/New_York", Missed = MissedPolicy.Once }),
        ];
        var service = new SimulatedService(database, clock, schedules);
        var random = new Random(seed);
        DateTimeOffset end = Start.AddHours(Hours);
        (DateTimeOffset earliest, DateTimeOffset latest) = (Start, Start);
        service.Tick(Duration, Outcome);

        while (clock.Now < end)
        {
            switch (random.Next(100))
            {
                case < 3:
                    service.Restart(isGraceful: random.Next(2) == 0);
                    clock.Now += TimeSpan.FromHours(random.NextDouble() * (random.Next(4) == 0 ? 100 : 3));
                    break;
                case < 4:
                    clock.Now += TimeSpan.FromHours(random.NextDouble() * 48);
                    break;
                case < 5:
                    clock.Now -= TimeSpan.FromMinutes(random.NextDouble() * (random.Next(2) == 0 ? 5 : 2000));
                    break;
                default:
                    clock.Now = schedules.Min(schedule => schedule.Times.Next(clock.Now)!.Value).AddMilliseconds(random.Next(900));
                    break;
            }

            service.Tick(Duration, Outcome);
            latest = clock.Now > latest ? clock.Now : latest;
            earliest = clock.Now < earliest ? clock.Now : earliest;
        }

        // The rest goes on undisturbed, past the latest time that the clock has shown and the end of each run that is going on.
        clock.Now = latest.AddMinutes(20);
        int seconds = 2 * (int)LongestRun.TotalSeconds;
        for (int i = 0; i < seconds && (i < 3 || service.Running > 0 || schedules.Any(schedule => Unfinished(schedule) > 0)); i++)
        {
            service.Tick(() => TimeSpan.Zero, () => RunOutcome.Completed);
            clock.Now += TimeSpan.FromSeconds(1);
        }

        Assert.Empty(service.Faults);
        var history = new RunHistory(database);
        foreach (Schedule schedule in schedules)
        {
            // Where the clock was set back to before its start, the service has seen times from there on.
            LedgerCheck.EachDueTimeIsAccountedFor(history, schedule, earliest, clock.Now);
        }

        TimeSpan Duration() => random.NextDouble() * (random.Next(10) == 0 ? LongestRun : TimeSpan.FromMinutes(25));
        RunOutcome Outcome() => random.Next(12) == 0 ? RunOutcome.Failed : RunOutcome.Completed;
        long Unfinished(Schedule schedule) => new RunHistory(database).StateOf(schedule.Options.Name).Unfinished;
    }

    private static int Setting(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
