using DataForge.Service.Ledger;
using DataForge.Service.Settings;

namespace DataForge.Service.Tests.Ledger;

/// <summary>Checks a ledger in which nothing is going on any more.</summary>
internal static class LedgerCheck
{
    public static void EachDueTimeIsAccountedFor(RunHistory history, Schedule schedule, DateTimeOffset after, DateTimeOffset until)
    {
        string name = schedule.Options.Name;
        List<DueTime> rows = [.. history.Newest(name, long.MaxValue, int.MaxValue).Where(row => row.Kind == "schedule").OrderBy(row => row.DueAt)];
        List<DateTimeOffset> expected = [];
        for (DateTimeOffset? at = schedule.Times.Next(after); at <= until; at = schedule.Times.Next(at.Value))
        {
            expected.Add(at.Value);
        }

        Assert.All(rows, row => Assert.True(row.State is DueState.Completed or DueState.Failed or DueState.Skipped, $"{row}"));
        Assert.All(rows, row => Assert.True(row.State == DueState.Completed || row.Reason is not null, $"{row}"));
        long recorded = rows.Sum(row => row.Times);
        if (recorded != expected.Count)
        {
            Assert.Fail(
                $"{name}: {expected.Count} times were due, {recorded} are recorded; rows with a wrong count: "
                + string.Join(", ", rows.Where(row => row.Times != Covered(row)).Select(row => $"{row} covers {Covered(row)}").Take(5)));
        }

        // Each is in a row of its own, or between the first and the last of those that were skipped together.
        HashSet<DateTimeOffset> single = [.. rows.Where(row => row.Times == 1).Select(row => row.DueAt)];
        List<DueTime> groups = [.. rows.Where(row => row.Times > 1)];
        Assert.All(expected, due => Assert.True(
            single.Contains(due) || groups.Any(row => row.DueAt <= due && due <= row.ThroughAt), $"{name} {due:O}"));
        Assert.Equal(rows.Count(row => row.Times == 1), single.Count);

        // One completed attempt, of those that have a run; the others ended before it.
        foreach (DueTime row in rows.Where(row => row.State == DueState.Completed))
        {
            IReadOnlyList<Attempt> attempts = history.Attempts(row.Id);
            Assert.Equal("completed", attempts[^1].Outcome);
            Assert.All(attempts.SkipLast(1), attempt => Assert.Contains(attempt.Outcome, (string[])["failed", "interrupted"]));
        }

        if (schedule.Options.Missed == MissedPolicy.All && schedule.Options.Overlap == OverlapPolicy.Queue)
        {
            Assert.DoesNotContain(rows, row => row.State == DueState.Skipped);
        }

        // The simulation is worth something only if each of these came about.
        Assert.Contains(rows, row => row.State == DueState.Completed);
        Assert.Contains(rows, row => row.Attempts > 1);

        // The times of a group are those between its first and its last that have no row of their own.
        int Covered(DueTime row)
        {
            HashSet<DateTimeOffset> own = [.. rows.Where(other => other.Id != row.Id).Select(other => other.DueAt)];
            return expected.Count(due => row.DueAt <= due && due <= row.ThroughAt && !own.Contains(due));
        }
    }
}
