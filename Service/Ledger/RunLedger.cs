using DataForge.Service.Scheduling;
using DataForge.Service.Settings;

namespace DataForge.Service.Ledger;

/// <summary>A schedule with its times.</summary>
/// <param name="Options">The schedule.</param>
/// <param name="Times">Its times.</param>
internal sealed record Schedule(ScheduleOptions Options, CronSchedule Times)
{
    /// <summary>The name of the run that a due time builds.</summary>
    public string RunOf(DateTimeOffset due) =>
        Options.Run.Replace(ScheduleFaults.Due, due.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", null), StringComparison.Ordinal);
}

/// <summary>
/// What became of each time at which a schedule was due: recorded once, before its run begins, and kept when instances crash, restart or
/// take over from each other. One run of a schedule goes on at a time.
/// </summary>
/// <param name="database">Where it is kept.</param>
/// <param name="instance">This instance's name, which no other process has had.</param>
/// <param name="lease">How long a run belongs to an instance that is not heard of.</param>
internal sealed class RunLedger(LedgerDatabase database, string instance, TimeSpan lease)
{
    // A clock set back by less than this is waited for.
    private const long ToleratedBackMilliseconds = 600_000;

    /// <summary>Records the times that have passed.</summary>
    public void Plan(IReadOnlyList<Schedule> schedules) => database.InTransaction(transaction =>
    {
        Dictionary<string, long> until = transaction.Read(
            "SELECT name, planned_until FROM schedules", static row => (Name: row.GetString(0), Until: row.GetInt64(1)))
            .ToDictionary(row => row.Name, row => row.Until);
        foreach (Schedule schedule in schedules)
        {
            if (until.TryGetValue(schedule.Options.Name, out long planned))
            {
                Plan(transaction, schedule, planned);
            }
            else
            {
                // A new schedule has no past.
                transaction.Execute(
                    "INSERT INTO schedules (name, planned_until) VALUES (@s, @n)", ("s", schedule.Options.Name), ("n", transaction.Now));
            }
        }
    });

    /// <summary>Begins the runs that are due, the earliest of each schedule.</summary>
    /// <param name="schedules">The schedules.</param>
    /// <param name="count">How many may begin.</param>
    /// <param name="isRunningHere">Whether this instance carries out an attempt now.</param>
    /// <param name="hold">Why a run cannot begin now; null where it can.</param>
    public IReadOnlyList<Claim> Claim(
        IReadOnlyList<Schedule> schedules, int count, Func<long, bool> isRunningHere, Func<Schedule, string?> hold) =>
        database.InTransaction(transaction =>
        {
            List<Claim> claims = [];
            ILookup<string, Candidate> heads = Unfinished(transaction).ToLookup(candidate => candidate.Schedule);
            foreach (Schedule schedule in schedules.OrderBy(known => heads[known.Options.Name].FirstOrDefault()?.DueAt ?? long.MaxValue))
            {
                if (claims.Count < count && Next(transaction, schedule, heads[schedule.Options.Name], isRunningHere) is { } next)
                {
                    if (hold(schedule) is { } reason)
                    {
                        transaction.Execute("UPDATE due_times SET reason = @r WHERE id = @i", ("r", reason), ("i", next.Id));
                    }
                    else
                    {
                        claims.Add(Begin(transaction, schedule, next));
                    }
                }
            }

            return claims;
        });

    /// <summary>Prolongs the lease of a run that is going on.</summary>
    public ClaimState Renew(Claim claim) => database.InTransaction(transaction =>
        transaction.Execute(
            "UPDATE due_times SET lease_until = @l WHERE id = @i AND attempt = @a AND state = 'running'",
            ("l", transaction.Now + (long)lease.TotalMilliseconds), ("i", claim.Due), ("a", claim.AttemptId)) == 0 ? ClaimState.Lost
        : transaction.Number("SELECT stop_requested FROM due_times WHERE id = @i", ("i", claim.Due)) == 1 ? ClaimState.StopRequested
        : ClaimState.Held);

    /// <summary>Records how a run ended.</summary>
    /// <param name="claim">The run.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="exitCode">The exit code of the build; null where there is none.</param>
    /// <param name="mayRetry">Whether another attempt can succeed.</param>
    /// <param name="counts">Counts of the run, a JSON object.</param>
    /// <returns>False where another instance has taken the run over.</returns>
    public bool Finish(Claim claim, ScheduleOptions schedule, RunOutcome outcome, int? exitCode, bool mayRetry, string? counts) =>
        database.InTransaction(transaction =>
        {
            bool isHeld = transaction.Number(
                "SELECT failures FROM due_times WHERE id = @i AND attempt = @a AND state = 'running'",
                ("i", claim.Due), ("a", claim.AttemptId)) is not null;
            string recorded = isHeld ? Word(outcome) : "superseded";
            transaction.Execute(
                "UPDATE attempts SET ended_at = @n, outcome = @o, exit_code = @c, counts = @t WHERE id = @a",
                ("n", transaction.Now), ("o", recorded), ("c", (long?)exitCode), ("t", counts), ("a", claim.AttemptId));
            if (isHeld)
            {
                Settle(transaction, claim, schedule, outcome, exitCode, mayRetry);
            }

            return isHeld;
        });

    private static void Plan(LedgerTransaction transaction, Schedule schedule, long until)
    {
        string name = schedule.Options.Name;
        long now = transaction.Now;
        if (until > now + ToleratedBackMilliseconds)
        {
            until = ClockRewind.Apply(transaction, schedule);
        }

        if (until >= now || !(schedule.Times.Next(DateTimeOffset.FromUnixTimeMilliseconds(until))?.ToUnixTimeMilliseconds() <= now))
        {
            return;
        }

        HashSet<long> recorded = [.. transaction.Read(
            "SELECT due_at FROM due_times WHERE schedule = @s AND kind = 'schedule' AND due_at > @u", static row => row.GetInt64(0),
            ("s", name), ("u", until))];
        long unfinished = transaction.Number(
            "SELECT COUNT(*) FROM due_times WHERE schedule = @s AND state IN ('waiting', 'running')", ("s", name)) ?? 0;
        (IReadOnlyList<PlannedTime> rows, long through) =
            DueTimePlanner.Plan(schedule.Options, schedule.Times, until, now, recorded, (int)unfinished);
        foreach (PlannedTime row in rows)
        {
            transaction.Execute(
                """
                INSERT INTO due_times (schedule, kind, due_at, through_at, times, state, reason, ended_at)
                VALUES (@s, 'schedule', @d, @t, @c, @w, @r, @e)
                """,
                ("s", name), ("d", row.DueAt), ("t", row.ThroughAt), ("c", row.Times), ("w", row.Skipped is null ? "waiting" : "skipped"),
                ("r", row.Skipped), ("e", row.Skipped is null ? null : now));
        }

        transaction.Execute("UPDATE schedules SET planned_until = @u WHERE name = @s", ("u", through), ("s", name));
    }

    private static List<Candidate> Unfinished(LedgerTransaction transaction) => transaction.Read(
        """
        SELECT id, schedule, due_at, state, not_before, owner, lease_until, attempt, attempts FROM due_times
        WHERE state IN ('waiting', 'running') ORDER BY due_at, id
        """,
        static row => new Candidate(
            row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3) == "running", row.IsDBNull(4) ? 0 : row.GetInt64(4),
            row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? 0 : row.GetInt64(6), row.IsDBNull(7) ? 0 : row.GetInt64(7),
            row.GetInt64(8)));

    // The one to carry out next: an interrupted run, or the earliest that waits, unless one is going on or is to be repeated later.
    private Candidate? Next(
        LedgerTransaction transaction, Schedule schedule, IEnumerable<Candidate> unfinished, Func<long, bool> isRunningHere)
    {
        Candidate? head = null;
        foreach (Candidate candidate in unfinished)
        {
            if (candidate.IsRunning && IsLive(candidate))
            {
                return null;
            }

            if (head is null || (candidate.IsRunning && !head.IsRunning))
            {
                head = candidate;
            }
        }

        // A pause longer than the schedule's own means that the clock was set back.
        long pause = (head?.NotBefore ?? 0) - transaction.Now;
        return pause > 0 && pause <= schedule.Options.RetryDelaySeconds * 1000L ? null : head;

        bool IsLive(Candidate candidate) => candidate.Owner == instance
            ? isRunningHere(candidate.AttemptId)
            : database.IsShared && candidate.LeaseUntil > transaction.Now;
    }

    private Claim Begin(LedgerTransaction transaction, Schedule schedule, Candidate next)
    {
        if (next.IsRunning)
        {
            transaction.Execute(
                "UPDATE attempts SET ended_at = @n, outcome = 'interrupted' WHERE id = @a AND ended_at IS NULL",
                ("n", transaction.Now), ("a", next.AttemptId));
        }

        DateTimeOffset due = DateTimeOffset.FromUnixTimeMilliseconds(next.DueAt);
        string run = schedule.RunOf(due);
        long attempt = transaction.Number(
            "INSERT INTO attempts (due, number, instance, run, started_at) VALUES (@d, @c, @i, @r, @n) RETURNING id",
            ("d", next.Id), ("c", next.Attempts + 1), ("i", instance), ("r", run), ("n", transaction.Now))!.Value;
        transaction.Execute(
            """
            UPDATE due_times SET state = 'running', reason = NULL, not_before = NULL, owner = @o, lease_until = @l, attempt = @a,
              attempts = attempts + 1, stop_requested = 0 WHERE id = @i
            """,
            ("o", instance), ("l", transaction.Now + (long)lease.TotalMilliseconds), ("a", attempt), ("i", next.Id));
        return new Claim(next.Id, attempt, next.Schedule, due, next.Attempts + 1, run);
    }

    private static void Settle(
        LedgerTransaction transaction, Claim claim, ScheduleOptions schedule, RunOutcome outcome, int? exitCode, bool mayRetry)
    {
        long failures = transaction.Number("SELECT failures FROM due_times WHERE id = @i", ("i", claim.Due))!.Value
            + (outcome == RunOutcome.Failed ? 1 : 0);
        string code = exitCode is { } number ? $"exit code {number}" : "it could not be started";
        (string state, string? reason, long? pause) = outcome switch
        {
            RunOutcome.Completed => ("completed", null, null),
            RunOutcome.Stopped => ("stopped", "a user stopped it", null),
            RunOutcome.Interrupted => ("waiting", "interrupted: the service was stopped", null),
            _ when mayRetry && failures <= schedule.Retries =>
                ("waiting", $"attempt {claim.Number} failed ({code})", schedule.RetryDelaySeconds * 1000L),
            _ => ("failed", $"attempt {claim.Number} failed ({code})", (long?)null),
        };
        transaction.Execute(
            """
            UPDATE due_times SET state = @s, reason = @r, failures = @f, not_before = @b, owner = NULL, lease_until = NULL, ended_at = @e
            WHERE id = @i
            """,
            ("s", state), ("r", reason), ("f", failures), ("b", pause is null ? null : transaction.Now + pause),
            ("e", state == "waiting" ? null : transaction.Now), ("i", claim.Due));
    }

    private static string Word(RunOutcome outcome) => outcome.ToString().ToLowerInvariant();

    // A due time that waits, or whose run began.
    private sealed record Candidate(
        long Id, string Schedule, long DueAt, bool IsRunning, long NotBefore, string? Owner, long LeaseUntil, long AttemptId,
        long Attempts);
}
