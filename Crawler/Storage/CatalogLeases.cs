using System.Data.Common;
using System.Globalization;
using DataForge.Corpus;

namespace DataForge.Crawler.Storage;

/// <summary>Leases (<see cref="ILeases"/>): rows with a holder and an end, taken by <c>FOR UPDATE SKIP LOCKED</c> where several may.</summary>
internal sealed partial class Catalog : ILeases
{
    private const string RawWriter = "raw";

    // Of this worker, null until it asks for its first lease. The epoch counts the writers there were; null while another writes, or none.
    private long? _worker;
    private long? _writerEpoch;

    /// <inheritdoc/>
    public void AddWork(string queue, IEnumerable<long> repositories, CancellationToken cancellation)
    {
        lock (_lock)
        {
            using DbTransaction transaction = _database.Begin(isDurable: false);
            _database.ExecuteMany(
                "INSERT INTO work (queue, repository, done) VALUES ($q, $r, 0) ON CONFLICT (queue, repository) DO NOTHING", ["$q", "$r"],
                repositories.Select(repository =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    return new object?[] { queue, repository };
                }));
            transaction.Commit();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> TryLeaseRepositories(string queue, int count, TimeSpan duration)
    {
        lock (_lock)
        {
            long worker = Worker();
            List<long> leased = Lease();
            if (leased.Count < count && FreeEndedWorkers())
            {
                leased.AddRange(Lease());
            }

            leased.Sort();
            return leased;

            List<long> Lease()
            {
                using DbTransaction transaction = _database.Begin(isDurable: false);
                using DbCommand command = Command(
                    $"""
                    WITH picked AS MATERIALIZED (
                      SELECT repository FROM work
                      WHERE queue = $q AND done = 0 AND (worker IS NULL OR (worker <> $w AND leased_until <= $now))
                      ORDER BY repository LIMIT $n{_database.SkipLocked})
                    UPDATE work SET worker = $w, leased_until = $u FROM picked
                    WHERE work.queue = $q AND work.repository = picked.repository RETURNING work.repository
                    """,
                    ("$q", queue), ("$w", worker), ("$now", Now()), ("$u", Until(duration)), ("$n", count));
                List<long> repositories = [];
                using (DbDataReader reader = command.ExecuteReader())
                {
                    while (reader.Read())
                    {
                        repositories.Add(reader.GetInt64(0));
                    }
                }

                transaction.Commit();
                return repositories;
            }
        }
    }

    /// <inheritdoc/>
    public int Renew(TimeSpan duration)
    {
        lock (_lock)
        {
            if (_worker is not { } worker)
            {
                return 0;
            }

            using DbTransaction transaction = _database.Begin(isDurable: false);
            int held = Execute("UPDATE work SET leased_until = $u WHERE worker = $w AND done = 0", ("$u", Until(duration)), ("$w", worker))
                + Execute("UPDATE windows SET leased_until = $u WHERE worker = $w AND state = 0", ("$u", Until(duration)), ("$w", worker))
                + Execute("UPDATE writers SET leased_until = $u WHERE worker = $w", ("$u", Until(duration)), ("$w", worker));
            transaction.Commit();
            return held;
        }
    }

    /// <inheritdoc/>
    public bool Complete(string queue, long repository, string? outcome)
    {
        lock (_lock)
        {
            using DbTransaction transaction = _database.Begin(isDurable: false);
            int done = Execute(
                """
                UPDATE work SET done = 1, outcome = $o, worker = NULL, leased_until = NULL
                WHERE queue = $q AND repository = $r AND worker = $w AND done = 0
                """,
                ("$o", outcome), ("$q", queue), ("$r", repository), ("$w", Worker()));
            transaction.Commit();
            return done == 1;
        }
    }

    /// <inheritdoc/>
    public bool TryTakeOver(string queue, long repository)
    {
        lock (_lock)
        {
            return Take() || (FreeEndedWorkers() && Take());

            bool Take()
            {
                using DbTransaction transaction = _database.Begin(isDurable: false);
                int taken = Execute(
                    """
                    UPDATE work SET done = 1, worker = NULL, leased_until = NULL
                    WHERE queue = $q AND repository = $r AND done = 0 AND (worker IS NULL OR worker = $w OR leased_until <= $now)
                    """,
                    ("$q", queue), ("$r", repository), ("$w", Worker()), ("$now", Now()));
                transaction.Commit();
                return taken == 1 || FindWork(queue, repository) is null or { IsDone: true };
            }
        }
    }

    /// <inheritdoc/>
    public void Release(string queue, long repository)
    {
        lock (_lock)
        {
            using DbTransaction transaction = _database.Begin(isDurable: false);
            Execute(
                "UPDATE work SET worker = NULL, leased_until = NULL WHERE queue = $q AND repository = $r AND worker = $w AND done = 0",
                ("$q", queue), ("$r", repository), ("$w", Worker()));
            transaction.Commit();
        }
    }

    /// <inheritdoc/>
    public bool HasOpenWork(string queue) =>
        Scalar("SELECT 1 FROM work WHERE queue = $q AND done = 0 LIMIT 1", ("$q", queue)) is not null;

    /// <inheritdoc/>
    public (bool IsDone, string? Outcome)? FindWork(string queue, long repository)
    {
        lock (_lock)
        {
            using DbCommand command = Command(
                "SELECT done, outcome FROM work WHERE queue = $q AND repository = $r", ("$q", queue), ("$r", repository));
            using DbDataReader reader = command.ExecuteReader();
            return reader.Read() ? (reader.GetInt64(0) != 0, reader.IsDBNull(1) ? null : reader.GetString(1)) : null;
        }
    }

    /// <inheritdoc/>
    public void DropWork(string queue) => Execute("DELETE FROM work WHERE queue = $q", ("$q", queue));

    /// <inheritdoc/>
    public bool TryBecomeWriter(TimeSpan duration)
    {
        lock (_lock)
        {
            long worker = Worker();
            return Take() || (FreeEndedWorkers() && Take());

            bool Take()
            {
                // The row is there, and locked, before it is looked at: of two that come at a time, one waits for the other.
                using DbTransaction transaction = _database.Begin(isDurable: true);
                Execute("INSERT INTO writers (name, epoch) VALUES ($n, 0) ON CONFLICT (name) DO NOTHING", ("$n", RawWriter));
                using DbCommand command = Command(
                    """
                    UPDATE writers SET epoch = epoch + CASE WHEN worker = $w THEN 0 ELSE 1 END, worker = $w, leased_until = $u
                    WHERE name = $n AND (worker IS NULL OR worker = $w OR leased_until <= $now) RETURNING epoch
                    """,
                    ("$n", RawWriter), ("$w", worker), ("$u", Until(duration)), ("$now", Now()));
                object? epoch = command.ExecuteScalar();
                transaction.Commit();
                _writerEpoch = epoch is null ? _writerEpoch : Convert.ToInt64(epoch, CultureInfo.InvariantCulture);
                return epoch is not null;
            }
        }
    }

    /// <inheritdoc/>
    public void ReleaseWriter()
    {
        lock (_lock)
        {
            Execute("UPDATE writers SET worker = NULL, leased_until = NULL WHERE name = $n AND worker = $w", ("$n", RawWriter), ("$w", _worker));
            _writerEpoch = null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<(long Id, string Name, long Leases, bool IsWriter)> Workers()
    {
        lock (_lock)
        {
            FreeEndedWorkers();
            using DbCommand command = Command(
                """
                SELECT k.id, k.name, (SELECT COUNT(*) FROM work WHERE worker = k.id AND done = 0)
                  + (SELECT COUNT(*) FROM windows WHERE worker = k.id AND state = 0), (SELECT COUNT(*) FROM writers WHERE worker = k.id)
                FROM workers k ORDER BY k.id
                """);
            using DbDataReader reader = command.ExecuteReader();
            List<(long, string, long, bool)> workers = [];
            while (reader.Read())
            {
                workers.Add((reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3) != 0));
            }

            return workers;
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private long Until(TimeSpan duration) => Now() + (long)duration.TotalMilliseconds;
}
