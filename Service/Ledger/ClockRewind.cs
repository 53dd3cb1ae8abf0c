namespace DataForge.Service.Ledger;

/// <summary>
/// Corrects the ledger after the clock was set back, as when it was wrong before. What was recorded of the future and has no run is taken
/// back, so that these times are planned when they come; what has a run keeps it.
/// </summary>
internal static class ClockRewind
{
    /// <summary>Corrects one schedule; returns the moment up to which its times are recorded now.</summary>
    public static long Apply(LedgerTransaction transaction, Schedule schedule)
    {
        string name = schedule.Options.Name;
        long now = transaction.Now;
        transaction.Execute(
            """
            DELETE FROM due_times WHERE schedule = @s AND kind = 'schedule' AND due_at > @n
              AND (state = 'skipped' OR (state = 'waiting' AND attempts = 0))
            """,
            ("s", name), ("n", now));
        foreach ((long id, long from) in transaction.Read(
            "SELECT id, due_at FROM due_times WHERE schedule = @s AND state = 'skipped' AND due_at <= @n AND through_at > @n",
            static row => (row.GetInt64(0), row.GetInt64(1)), ("s", name), ("n", now)))
        {
            Shorten(transaction, schedule, id, from, now);
        }

        transaction.Execute("UPDATE schedules SET planned_until = @n WHERE name = @s", ("n", now), ("s", name));
        return now;
    }

    // Times that were skipped together, in part of the future. Those between them that have rows of their own do not count.
    private static void Shorten(LedgerTransaction transaction, Schedule schedule, long id, long from, long now)
    {
        HashSet<long> others = [.. transaction.Read(
            "SELECT due_at FROM due_times WHERE schedule = @s AND kind = 'schedule' AND due_at > @f AND due_at <= @n",
            static row => row.GetInt64(0), ("s", schedule.Options.Name), ("f", from), ("n", now))];
        (long times, long through) = (1, from);
        long at = from;
        while (schedule.Times.Next(DateTimeOffset.FromUnixTimeMilliseconds(at))?.ToUnixTimeMilliseconds() is { } next && next <= now)
        {
            at = next;
            if (!others.Contains(at))
            {
                (times, through) = (times + 1, at);
            }
        }

        transaction.Execute(
            "UPDATE due_times SET through_at = @t, times = @c WHERE id = @i", ("t", through), ("c", times), ("i", id));
    }
}
