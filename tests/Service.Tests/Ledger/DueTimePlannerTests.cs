using DataForge.Service.Ledger;
using DataForge.Service.Settings;

namespace DataForge.Service.Tests.Ledger;

public sealed class DueTimePlannerTests
{
    private static readonly long Midnight = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private const long Hour = 3_600_000;

    [Theory]
    [InlineData("Skip", "", 3)]
    [InlineData("Once", "3", 2)]
    [InlineData("All", "1 2 3", 0)]
    public void Plan_missedTimes_runsThoseOfThePolicy(string missed, string runs, int skipped)
    {
        (IReadOnlyList<PlannedTime> rows, long until) = Plan(
            Schedules.Hourly(Enum.Parse<MissedPolicy>(missed)), now: Midnight + (3 * Hour) + (Hour / 2));

        Assert.Equal(runs, string.Join(' ', rows.Where(row => row.Skipped is null).Select(row => (row.DueAt - Midnight) / Hour)));
        Assert.Equal(skipped, rows.Where(row => row.Skipped is not null).Sum(row => row.Times));
        Assert.InRange(rows.Count(row => row.Skipped is not null), 0, 1);
        Assert.Equal(Midnight + (3 * Hour) + (Hour / 2), until);
    }

    [Theory]
    [InlineData("Skip", 1, true)]
    [InlineData("Skip", 0, false)]
    [InlineData("Queue", 1, false)]
    public void Plan_anEarlierRunIsGoingOn_followsThePolicy(string overlap, int unfinished, bool isSkipped)
    {
        Schedule schedule = Schedules.Hourly(overlap: Enum.Parse<OverlapPolicy>(overlap));

        PlannedTime row = Assert.Single(Plan(schedule, now: Midnight + Hour, unfinished: unfinished).Rows);

        Assert.Equal(isSkipped, row.Skipped is not null);
    }

    [Fact]
    public void Plan_moreWaitThanAreRepeated_skipsTheOldest()
    {
        (IReadOnlyList<PlannedTime> rows, _) = Plan(Schedules.Hourly(MissedPolicy.All), now: Midnight + (1500 * Hour) + (Hour / 2));

        Assert.Equal(DueTimePlanner.MostWaiting, rows.Count(row => row.Skipped is null));
        Assert.Equal(500, Assert.Single(rows, row => row.Skipped is not null).Times);
        Assert.Equal(Midnight + (1500 * Hour), rows[^1].DueAt);
    }

    [Fact]
    public void Plan_aYearOfSeconds_isTakenInSteps()
    {
        Schedule often = Schedules.Of(new ScheduleOptions { Name = "often", Cron = "* * * * * *" });

        (IReadOnlyList<PlannedTime> rows, long until) = Plan(often, now: Midnight + (24 * 365 * Hour));

        Assert.Equal(DueTimePlanner.MostTimes, rows.Sum(row => row.Times));
        Assert.Equal(Midnight + (DueTimePlanner.MostTimes * 1000L), until);
    }

    [Fact]
    public void Plan_aTimeIsRecordedAlready_leavesItOut()
    {
        (IReadOnlyList<PlannedTime> rows, _) = DueTimePlanner.Plan(
            Schedules.Hourly(MissedPolicy.All).Options, Schedules.Hourly().Times, Midnight, Midnight + (3 * Hour),
            new HashSet<long> { Midnight + (2 * Hour) }, unfinished: 0);

        Assert.Equal([1, 3], rows.Select(row => (row.DueAt - Midnight) / Hour));
    }

    private static (IReadOnlyList<PlannedTime> Rows, long Until) Plan(Schedule schedule, long now, int unfinished = 0) =>
        DueTimePlanner.Plan(schedule.Options, schedule.Times, Midnight, now, new HashSet<long>(), unfinished);
}
