using DataForge.Corpus;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The writer's lease (table <c>writers</c>). Its row counts the writers there were (the epoch) and the commits of all writers, so that a
/// replaced writer is recognised by its epoch, and a commit whose answer was lost by its number.
/// </summary>
internal sealed class WriterStore(CatalogConnection connection, WorkerStore workers, LeaseClock clock) : IWriterLease
{
    // The row of the lease; raw/ is all that is written under one.
    private const string RawWriter = "raw";

    // Null while this worker is not the writer. The commits are those of all writers, as of this one's last.
    private long? _epoch;
    private long _commits;
    private TimeSpan _duration;

    /// <summary>Whether this worker acquired the lease and did not release it; another may hold it by now.</summary>
    public bool IsHeld => _epoch is not null;

    /// <inheritdoc/>
    public bool TryAcquire(TimeSpan duration) => connection.Run(session =>
    {
        long worker = workers.Current(session);
        return Acquire() || (workers.FreeEnded(session) && Acquire());

        bool Acquire()
        {
            // The row is inserted, and locked, before it is read: of two workers that come at a time, one waits for the other.
            List<(long Epoch, long Commits)> acquired = session.InTransaction(isDurable: true, transaction =>
            {
                transaction.Execute("INSERT INTO writers (name, epoch) VALUES ($n, 0) ON CONFLICT (name) DO NOTHING", ("$n", RawWriter));
                return transaction.Read(
                    """
                    UPDATE writers SET epoch = epoch + CASE WHEN worker = $w THEN 0 ELSE 1 END, worker = $w, leased_until = $u
                    WHERE name = $n AND (worker IS NULL OR worker = $w OR leased_until <= $now) RETURNING epoch, commits
                    """,
                    static reader => (reader.GetInt64(0), reader.GetInt64(1)),
                    ("$n", RawWriter), ("$w", worker), ("$u", clock.ExpiryAfter(duration)), ("$now", clock.Now));
            });
            if (acquired.Count > 0)
            {
                (_epoch, _commits) = acquired[0];
                _duration = duration;
            }

            return acquired.Count > 0;
        }
    });

    /// <inheritdoc/>
    public void Release() => connection.Run(session =>
    {
        session.Execute(
            "UPDATE writers SET worker = NULL, leased_until = NULL WHERE name = $n AND worker = $w", ("$n", RawWriter), ("$w", workers.Id));
        _epoch = null;
    });

    /// <summary>
    /// Counts a commit that is under way, in its own transaction. The row stays locked until the commit, so no other worker can become
    /// the writer before. Does nothing if this worker never was the writer.
    /// </summary>
    /// <exception cref="DataForgeException">Another worker is the writer now.</exception>
    internal void CountCommit(CatalogTransaction transaction)
    {
        if (_epoch is { } epoch && transaction.Execute(
            "UPDATE writers SET commits = $c WHERE name = $n AND worker = $w AND epoch = $e",
            ("$c", _commits + 1), ("$n", RawWriter), ("$w", workers.Id), ("$e", epoch)) == 0)
        {
            throw ReplacedException();
        }
    }

    /// <summary>
    /// Whether a counted commit took place whose answer was lost; null if this worker is not the writer, and none is counted.
    /// </summary>
    internal bool? HasCommitted(CatalogSession session) => _epoch is { } epoch
        ? session.Integer("SELECT commits FROM writers WHERE name = $n AND epoch = $e", ("$n", RawWriter), ("$e", epoch)) == _commits + 1
        : null;

    /// <summary>Notes that a counted commit took place.</summary>
    internal void ConfirmCommit() => _commits++;

    /// <summary>Acquires the lease again in a new session, unless another worker had it since. Returns false if one had.</summary>
    internal bool Reacquire(CatalogTransaction transaction, long worker) => _epoch is not { } epoch || transaction.Execute(
        """
        UPDATE writers SET worker = $w, leased_until = $u WHERE name = $n AND epoch = $e AND (worker IS NULL OR worker = $w)
        """,
        ("$w", worker), ("$u", clock.ExpiryAfter(_duration)), ("$n", RawWriter), ("$e", epoch)) > 0;

    /// <summary>Ends a crawler that was replaced as the writer.</summary>
    internal static DataForgeException ReplacedException() =>
        new("another crawler took over writing, since this one was silent for too long: run the same command again.");
}
