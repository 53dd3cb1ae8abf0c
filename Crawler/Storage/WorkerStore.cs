namespace DataForge.Crawler.Storage;

/// <summary>A worker that uses the catalog.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its machine and process.</param>
/// <param name="Leases">Repositories and windows it has leased.</param>
/// <param name="IsWriter">Whether it writes raw parts.</param>
internal sealed record WorkerInfo(long Id, string Name, long Leases, bool IsWriter);

/// <summary>
/// The workers that use the catalog (table <c>workers</c>). Each holds a lock as long as it lives; a worker whose lock is free has ended,
/// however it ended, and its leases are released by the next one that looks.
/// </summary>
internal sealed class WorkerStore(CatalogConnection connection)
{
    private static string Name => $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>The number of this worker; null until its first lease.</summary>
    public long? Id { get; private set; }

    /// <summary>Registers this worker, as its first lease would. Returns its number.</summary>
    public long Register() => connection.Run(Current);

    /// <summary>
    /// Limits how long this worker may be idle inside a transaction before the server ends its session. If the process hangs, the rows
    /// it has locked would otherwise block the other workers longer than any lease.
    /// </summary>
    public void LimitIdleTransactions(TimeSpan limit) => connection.Run(session => session.Database.LimitIdleTransactions(limit));

    /// <summary>All workers that have not ended, by number.</summary>
    public IReadOnlyList<WorkerInfo> All() => connection.Run(session =>
    {
        FreeEnded(session);
        return session.Read(
            """
            SELECT k.id, k.name, (SELECT COUNT(*) FROM work WHERE worker = k.id AND done = 0)
              + (SELECT COUNT(*) FROM windows WHERE worker = k.id AND state = 0), (SELECT COUNT(*) FROM writers WHERE worker = k.id)
            FROM workers k ORDER BY k.id
            """,
            static reader => new WorkerInfo(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3) != 0));
    });

    /// <summary>
    /// The number of this worker, which is registered first where it is not. Its lock is held before others can see its row.
    /// </summary>
    internal long Current(CatalogSession session)
    {
        if (Id is null)
        {
            // Durable: after a crash of the server no other worker may get the same number.
            FreeEnded(session);
            Id = session.InTransaction(isDurable: true, transaction =>
            {
                long worker = transaction.Integer("INSERT INTO workers (name) VALUES ($n) RETURNING id", ("$n", Name));
                transaction.Database.HoldWorker(worker);
                return worker;
            });
        }

        return Id.Value;
    }

    /// <summary>Releases the leases of workers that have ended. Returns whether there were any.</summary>
    internal bool FreeEnded(CatalogSession session)
    {
        List<long> others = session.Read("SELECT id FROM workers WHERE id <> $w", static reader => reader.GetInt64(0), ("$w", Id ?? -1));
        return others.Count > 0 && session.InTransaction(isDurable: false, transaction =>
        {
            // None of them can take its lock again before the commit.
            List<long> ended = transaction.Database.EndedWorkers(others);
            foreach (long worker in ended)
            {
                Remove(transaction, worker);
            }

            return ended.Count > 0;
        });
    }

    /// <summary>Removes this worker and its leases.</summary>
    internal void End(CatalogSession session)
    {
        if (Id is { } worker)
        {
            session.InTransaction(isDurable: false, transaction => Remove(transaction, worker));
            Id = null;
        }
    }

    /// <summary>
    /// Restores this worker in a new session: it keeps its number, by which others know it, and gives up its leases, which others may
    /// have taken.
    /// </summary>
    /// <param name="session">The new session.</param>
    /// <param name="reacquireWriter">
    /// Acquires the writer's lease again where the worker had it; in the same transaction, for the worker with this number.
    /// Returns false where another worker has it.
    /// </param>
    /// <exception cref="Corpus.DataForgeException">Another worker is the writer now.</exception>
    internal void Restore(CatalogSession session, Func<CatalogTransaction, long, bool> reacquireWriter)
    {
        if (Id is not { } worker)
        {
            return;
        }

        session.Database.HoldWorker(worker);
        bool isReplaced = session.InTransaction(isDurable: true, transaction =>
        {
            transaction.Database.RestoreWorker(worker, Name);
            ReleaseLeases(transaction, worker);
            return !reacquireWriter(transaction, worker);
        });
        if (isReplaced)
        {
            throw WriterStore.ReplacedException();
        }
    }

    private static void Remove(CatalogTransaction transaction, long worker)
    {
        ReleaseLeases(transaction, worker);
        transaction.Execute("UPDATE writers SET worker = NULL, leased_until = NULL WHERE worker = $w", ("$w", worker));
        transaction.Execute("DELETE FROM workers WHERE id = $w", ("$w", worker));
    }

    private static void ReleaseLeases(CatalogTransaction transaction, long worker)
    {
        transaction.Execute("UPDATE work SET worker = NULL, leased_until = NULL WHERE worker = $w AND done = 0", ("$w", worker));
        transaction.Execute("UPDATE windows SET worker = NULL, leased_until = NULL WHERE worker = $w", ("$w", worker));
    }
}
