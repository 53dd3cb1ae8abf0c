namespace DataForge.Crawler.Storage;

/// <summary>Leases (<see cref="ILeases"/>): rows with a holder and an end, taken by <c>FOR UPDATE SKIP LOCKED</c> where several may.</summary>
internal sealed partial class Catalog : ILeases
{
    private const string RawWriter = "raw";

    // Of this worker, null until it asks for its first lease. The epoch counts the writers there were; null while another writes, or none.
    // The commits are those of all writers.
    private long? _worker;
    private long? _writerEpoch;
    private long _writerCommits;
    private TimeSpan _writerLease;

    /// <inheritdoc/>
    public void AddWork(string queue, IEnumerable<long> repositories, CancellationToken cancellation) => Change(isDurable: false, () =>
        _database.ExecuteMany(
            "INSERT INTO work (queue, repository, done) VALUES ($q, $r, 0) ON CONFLICT (queue, repository) DO NOTHING", ["$q", "$r"],
            repositories.Select(repository =>
            {
                cancellation.ThrowIfCancellationRequested();
                return new object?[] { queue, repository };
            })));

    /// <inheritdoc/>
    public IReadOnlyList<long> TryLeaseRepositories(string queue, int count, TimeSpan duration) => Do(() =>
    {
        long worker = Worker();
        List<long> leased = Lease(count);
        if (leased.Count < count && FreeEndedWorkers())
        {
            leased.AddRange(Lease(count));
        }

        leased.Sort();
        return leased;

        // The count is part of the statement: of a parameter PostgreSQL would not know that it is small, and read the whole table.
        List<long> Lease(int count) => Change(isDurable: false, () => Read(
            $"""
            WITH picked AS MATERIALIZED (
              SELECT repository FROM work
              WHERE queue = $q AND done = 0 AND (worker IS NULL OR (worker <> $w AND leased_until <= $now))
              ORDER BY repository LIMIT {count}{_database.SkipLocked})
            UPDATE work SET worker = $w, leased_until = $u FROM picked
            WHERE work.queue = $q AND work.repository = picked.repository RETURNING work.repository
            """,
            static reader => reader.GetInt64(0), ("$q", queue), ("$w", worker), ("$now", Now()), ("$u", Until(duration))));
    });

    /// <inheritdoc/>
    public int Renew(TimeSpan duration) => _worker is not { } worker ? 0 : Change(isDurable: false, () =>
        Execute("UPDATE work SET leased_until = $u WHERE worker = $w AND done = 0", ("$u", Until(duration)), ("$w", worker))
        + Execute("UPDATE windows SET leased_until = $u WHERE worker = $w AND state = 0", ("$u", Until(duration)), ("$w", worker))
        + Execute("UPDATE writers SET leased_until = $u WHERE worker = $w", ("$u", Until(duration)), ("$w", worker)));

    /// <inheritdoc/>
    public bool Complete(string queue, long repository, string? outcome) => Do(() =>
    {
        long worker = Worker();
        return Change(isDurable: false, () => Execute(
            """
            UPDATE work SET done = 1, outcome = $o, worker = NULL, leased_until = NULL
            WHERE queue = $q AND repository = $r AND worker = $w AND done = 0
            """,
            ("$o", outcome), ("$q", queue), ("$r", repository), ("$w", worker))) == 1;
    });

    /// <inheritdoc/>
    public bool TryTakeOver(string queue, long repository) => Do(() =>
    {
        long worker = Worker();
        return Take() || (FreeEndedWorkers() && Take());

        bool Take() => Change(isDurable: false, () => Execute(
            """
            UPDATE work SET done = 1, worker = NULL, leased_until = NULL
            WHERE queue = $q AND repository = $r AND done = 0 AND (worker IS NULL OR worker = $w OR leased_until <= $now)
            """,
            ("$q", queue), ("$r", repository), ("$w", worker), ("$now", Now()))) == 1 || FindWork(queue, repository) is null or { IsDone: true };
    });

    /// <inheritdoc/>
    public void Release(string queue, long repository) => Do(() =>
    {
        long worker = Worker();
        return Change(isDurable: false, () => Execute(
            "UPDATE work SET worker = NULL, leased_until = NULL WHERE queue = $q AND repository = $r AND worker = $w AND done = 0",
            ("$q", queue), ("$r", repository), ("$w", worker)));
    });

    /// <inheritdoc/>
    public bool HasOpenWork(string queue) =>
        Scalar("SELECT 1 FROM work WHERE queue = $q AND done = 0 LIMIT 1", ("$q", queue)) is not null;

    /// <inheritdoc/>
    public (bool IsDone, string? Outcome)? FindWork(string queue, long repository) => Read<(bool, string?)?>(
        "SELECT done, outcome FROM work WHERE queue = $q AND repository = $r",
        static reader => (reader.GetInt64(0) != 0, reader.IsDBNull(1) ? null : reader.GetString(1)),
        ("$q", queue), ("$r", repository)).FirstOrDefault();

    /// <inheritdoc/>
    public void DropWork(string queue) => Execute("DELETE FROM work WHERE queue = $q", ("$q", queue));

    /// <inheritdoc/>
    public bool TryBecomeWriter(TimeSpan duration) => Do(() =>
    {
        long worker = Worker();
        return Take() || (FreeEndedWorkers() && Take());

        bool Take()
        {
            // The row is there, and locked, before it is looked at: of two that come at a time, one waits for the other.
            List<(long Epoch, long Commits)> taken = Change(isDurable: true, () =>
            {
                Execute("INSERT INTO writers (name, epoch) VALUES ($n, 0) ON CONFLICT (name) DO NOTHING", ("$n", RawWriter));
                return Read(
                    """
                    UPDATE writers SET epoch = epoch + CASE WHEN worker = $w THEN 0 ELSE 1 END, worker = $w, leased_until = $u
                    WHERE name = $n AND (worker IS NULL OR worker = $w OR leased_until <= $now) RETURNING epoch, commits
                    """,
                    static reader => (reader.GetInt64(0), reader.GetInt64(1)),
                    ("$n", RawWriter), ("$w", worker), ("$u", Until(duration)), ("$now", Now()));
            });
            if (taken.Count > 0)
            {
                (_writerEpoch, _writerCommits) = taken[0];
                _writerLease = duration;
            }

            return taken.Count > 0;
        }
    });

    /// <inheritdoc/>
    public void ReleaseWriter() => Do(() =>
    {
        Execute("UPDATE writers SET worker = NULL, leased_until = NULL WHERE name = $n AND worker = $w", ("$n", RawWriter), ("$w", _worker));
        _writerEpoch = null;
        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<(long Id, string Name, long Leases, bool IsWriter)> Workers() => Do(() =>
    {
        FreeEndedWorkers();
        return Read(
            """
            SELECT k.id, k.name, (SELECT COUNT(*) FROM work WHERE worker = k.id AND done = 0)
              + (SELECT COUNT(*) FROM windows WHERE worker = k.id AND state = 0), (SELECT COUNT(*) FROM writers WHERE worker = k.id)
            FROM workers k ORDER BY k.id
            """,
            static reader => (reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3) != 0));
    });

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private long Until(TimeSpan duration) => Now() + (long)duration.TotalMilliseconds;
}
