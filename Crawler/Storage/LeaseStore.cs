namespace DataForge.Crawler.Storage;

/// <summary>
/// Leases of repositories (table <c>work</c>): rows with a holder and an expiry time. Where several workers may read the table at a time,
/// rows are selected by <c>FOR UPDATE SKIP LOCKED</c>.
/// </summary>
internal sealed class LeaseStore(CatalogConnection connection, WorkerStore workers, LeaseClock clock) : ILeases
{
    /// <inheritdoc/>
    public void AddWork(string queue, IEnumerable<long> repositories, CancellationToken cancellation) =>
        connection.RunInTransaction(isDurable: false, transaction => transaction.Database.ExecuteMany(
            "INSERT INTO work (queue, repository, done) VALUES ($q, $r, 0) ON CONFLICT (queue, repository) DO NOTHING", ["$q", "$r"],
            repositories.Select(repository =>
            {
                cancellation.ThrowIfCancellationRequested();
                return new object?[] { queue, repository };
            })));

    /// <inheritdoc/>
    public IReadOnlyList<long> TryLeaseRepositories(string queue, int count, TimeSpan duration) => connection.Run(session =>
    {
        long worker = workers.Current(session);
        List<long> leased = Lease(count);
        if (leased.Count < count && workers.FreeEnded(session))
        {
            leased.AddRange(Lease(count));
        }

        leased.Sort();
        return leased;

        // The count is part of the statement: PostgreSQL could not know that a parameter is small, and would read the whole table.
        List<long> Lease(int count) => session.InTransaction(isDurable: false, transaction => transaction.Read(
            $"""
            WITH picked AS MATERIALIZED (
              SELECT repository FROM work
              WHERE queue = $q AND done = 0 AND (worker IS NULL OR (worker <> $w AND leased_until <= $now))
              ORDER BY repository LIMIT {count}{transaction.Database.SkipLocked})
            UPDATE work SET worker = $w, leased_until = $u FROM picked
            WHERE work.queue = $q AND work.repository = picked.repository RETURNING work.repository
            """,
            static reader => reader.GetInt64(0),
            ("$q", queue), ("$w", worker), ("$now", clock.Now), ("$u", clock.ExpiryAfter(duration))));
    });

    /// <inheritdoc/>
    public int Renew(TimeSpan duration)
    {
        if (workers.Id is not { } worker)
        {
            return 0;
        }

        return connection.RunInTransaction(isDurable: false, transaction =>
        {
            long expiry = clock.ExpiryAfter(duration);
            return Extend("UPDATE work SET leased_until = $u WHERE worker = $w AND done = 0")
                + Extend("UPDATE windows SET leased_until = $u WHERE worker = $w AND state = 0")
                + Extend("UPDATE writers SET leased_until = $u WHERE worker = $w");

            int Extend(string sql) => transaction.Execute(sql, ("$u", expiry), ("$w", worker));
        });
    }

    /// <inheritdoc/>
    public bool Complete(string queue, long repository, string? outcome) => connection.Run(session =>
    {
        long worker = workers.Current(session);
        return session.InTransaction(isDurable: false, transaction => transaction.Execute(
            """
            UPDATE work SET done = 1, outcome = $o, worker = NULL, leased_until = NULL
            WHERE queue = $q AND repository = $r AND worker = $w AND done = 0
            """,
            ("$o", outcome), ("$q", queue), ("$r", repository), ("$w", worker))) == 1;
    });

    /// <inheritdoc/>
    public bool TryTakeOver(string queue, long repository) => connection.Run(session =>
    {
        long worker = workers.Current(session);
        return TakeOver() || (workers.FreeEnded(session) && TakeOver());

        bool TakeOver() => session.InTransaction(isDurable: false, transaction => transaction.Execute(
            """
            UPDATE work SET done = 1, worker = NULL, leased_until = NULL
            WHERE queue = $q AND repository = $r AND done = 0 AND (worker IS NULL OR worker = $w OR leased_until <= $now)
            """,
            ("$q", queue), ("$r", repository), ("$w", worker), ("$now", clock.Now))) == 1
            || FindWork(session, queue, repository) is null or { IsDone: true };
    });

    /// <inheritdoc/>
    public void Release(string queue, long repository) => connection.Run(session =>
    {
        long worker = workers.Current(session);
        session.InTransaction(isDurable: false, transaction => transaction.Execute(
            "UPDATE work SET worker = NULL, leased_until = NULL WHERE queue = $q AND repository = $r AND worker = $w AND done = 0",
            ("$q", queue), ("$r", repository), ("$w", worker)));
    });

    /// <inheritdoc/>
    public bool HasOpenWork(string queue) => connection.Run(session =>
        session.Scalar("SELECT 1 FROM work WHERE queue = $q AND done = 0 LIMIT 1", ("$q", queue)) is not null);

    /// <inheritdoc/>
    public (bool IsDone, string? Outcome)? FindWork(string queue, long repository) =>
        connection.Run(session => FindWork(session, queue, repository));

    /// <inheritdoc/>
    public void DropWork(string queue) => connection.Run(session => session.Execute("DELETE FROM work WHERE queue = $q", ("$q", queue)));

    private static (bool IsDone, string? Outcome)? FindWork(CatalogStatements statements, string queue, long repository) =>
        statements.Read<(bool, string?)?>(
            "SELECT done, outcome FROM work WHERE queue = $q AND repository = $r",
            static reader => (reader.GetInt64(0) != 0, reader.TextOrNull(1)),
            ("$q", queue), ("$r", repository)).FirstOrDefault();
}
