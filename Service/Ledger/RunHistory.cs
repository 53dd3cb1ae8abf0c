using System.Data.Common;

namespace DataForge.Service.Ledger;

/// <summary>The state of a schedule in a few figures.</summary>
/// <param name="Unfinished">Due times that wait or run.</param>
/// <param name="LastCompleted">When its last run was complete; null where none was.</param>
/// <param name="LastState">The state of the last due time that is finished; null where none is.</param>
/// <param name="Times">Due times by state.</param>
internal sealed record ScheduleState(
    long Unfinished, DateTimeOffset? LastCompleted, DueState? LastState, IReadOnlyDictionary<DueState, long> Times);

/// <summary>Questions to the ledger, and what users ask of it.</summary>
/// <param name="database">Where it is kept.</param>
internal sealed class RunHistory(LedgerDatabase database)
{
    private const string Columns =
        "id, schedule, kind, due_at, through_at, times, state, reason, attempts, failures, ended_at";

    /// <summary>The newest due times, newest first.</summary>
    /// <param name="schedule">One schedule's alone; null for all.</param>
    /// <param name="before">Only those with a smaller number.</param>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<DueTime> Newest(string? schedule, long before, int count) =>
        database.InTransaction(transaction => transaction.Read(
            $"SELECT {Columns} FROM due_times WHERE id < @b AND (schedule = @s OR @a = 1) ORDER BY id DESC LIMIT {count}",
            ReadDue, ("b", before), ("s", schedule ?? ""), ("a", schedule is null ? 1L : 0L)));

    /// <summary>A due time; null where there is none of that number.</summary>
    public DueTime? Find(long id) => database.InTransaction(transaction =>
        transaction.Read($"SELECT {Columns} FROM due_times WHERE id = @i", ReadDue, ("i", id)).FirstOrDefault());

    /// <summary>The attempts at the run of a due time, in order.</summary>
    public IReadOnlyList<Attempt> Attempts(long due) => database.InTransaction(transaction => transaction.Read(
        "SELECT number, instance, run, started_at, ended_at, outcome, exit_code, counts FROM attempts WHERE due = @d ORDER BY number",
        static row => new Attempt(
            row.GetInt64(0), row.GetString(1), row.GetString(2), Time(row, 3)!.Value, Time(row, 4), Text(row, 5),
            row.IsDBNull(6) ? null : row.GetInt64(6), Text(row, 7)),
        ("d", due)));

    /// <summary>The state of a schedule.</summary>
    public ScheduleState StateOf(string schedule) => database.InTransaction(transaction =>
    {
        var times = transaction.Read(
            "SELECT state, SUM(times) FROM due_times WHERE schedule = @s GROUP BY state",
            static row => (State: StateFrom(row.GetString(0)), Times: row.GetInt64(1)), ("s", schedule))
            .ToDictionary(pair => pair.State, pair => pair.Times);
        DateTimeOffset? completed = transaction.Number(
            "SELECT MAX(ended_at) FROM due_times WHERE schedule = @s AND state = 'completed'", ("s", schedule)) is { } at
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;
        DueState? last = transaction.Read(
            "SELECT state FROM due_times WHERE schedule = @s AND ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT 1",
            static row => (DueState?)StateFrom(row.GetString(0)), ("s", schedule)).FirstOrDefault();
        return new ScheduleState(
            times.GetValueOrDefault(DueState.Waiting) + times.GetValueOrDefault(DueState.Running), completed, last, times);
    });

    /// <summary>Names of the runs that a schedule built, those of the newest due times first.</summary>
    public IReadOnlyList<string> RunsOf(string schedule) => database.InTransaction(transaction => transaction.Read(
        """
        SELECT a.run FROM attempts a JOIN due_times d ON d.id = a.due
        WHERE d.schedule = @s AND d.state IN ('completed', 'failed', 'stopped')
        GROUP BY a.run ORDER BY MAX(d.due_at) DESC
        """,
        static row => row.GetString(0), ("s", schedule)));

    /// <summary>Records that a user asks for a run now; returns its number. One that waits already is the one meant.</summary>
    public long RequestStart(string schedule) => database.InTransaction(transaction =>
        transaction.Number(
            "SELECT id FROM due_times WHERE schedule = @s AND kind = 'manual' AND state = 'waiting'", ("s", schedule))
        ?? transaction.Number(
            """
            INSERT INTO due_times (schedule, kind, due_at, through_at, times, state) VALUES (@s, 'manual', @n, @n, 1, 'waiting')
            RETURNING id
            """,
            ("s", schedule), ("n", transaction.Now))!.Value);

    /// <summary>Records that a user stops a run; false where it neither waits nor runs.</summary>
    public bool RequestStop(long id) => database.InTransaction(transaction =>
        transaction.Execute(
            "UPDATE due_times SET state = 'stopped', reason = 'a user stopped it', ended_at = @n WHERE id = @i AND state = 'waiting'",
            ("n", transaction.Now), ("i", id))
        + transaction.Execute("UPDATE due_times SET stop_requested = 1 WHERE id = @i AND state = 'running'", ("i", id)) == 1);

    /// <summary>Lets a run that failed or was stopped go on; false where it did neither.</summary>
    public bool Resume(long id) => database.InTransaction(transaction => transaction.Execute(
        """
        UPDATE due_times SET state = 'waiting', reason = 'a user resumed it', failures = 0, not_before = NULL, ended_at = NULL
        WHERE id = @i AND state IN ('failed', 'stopped')
        """,
        ("i", id)) == 1);

    /// <summary>Removes what was finished longer ago than this.</summary>
    public void Prune(TimeSpan age) => database.InTransaction(transaction =>
    {
        long before = transaction.Now - (long)age.TotalMilliseconds;
        transaction.Execute("DELETE FROM attempts WHERE due IN (SELECT id FROM due_times WHERE ended_at < @b)", ("b", before));
        transaction.Execute("DELETE FROM due_times WHERE ended_at < @b", ("b", before));
    });

    private static DueTime ReadDue(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), Time(row, 3)!.Value, Time(row, 4)!.Value, row.GetInt64(5),
        StateFrom(row.GetString(6)), Text(row, 7), row.GetInt64(8), row.GetInt64(9), Time(row, 10));

    private static DueState StateFrom(string word) => Enum.Parse<DueState>(word, ignoreCase: true);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
