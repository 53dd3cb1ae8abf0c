using System.Data;
using System.Data.Common;
using DataForge.Corpus;

namespace DataForge.Crawler.Storage;

/// <summary>Who works with the catalog, and who of them has ended without a word.</summary>
internal sealed partial class Catalog
{
    /// <summary>Registers this worker with the others, as its first lease would. Returns its number.</summary>
    public long Register()
    {
        lock (_lock)
        {
            return Worker();
        }
    }

    /// <summary>
    /// Says after how long a silence in the middle of a transaction this worker is taken for gone: rows that it locked would hold the others up
    /// beyond any lease's end, were it hung just then.
    /// </summary>
    public void LimitSilence(TimeSpan limit)
    {
        lock (_lock)
        {
            _database.LimitSilence(limit);
        }
    }

    /// <summary>Ends the writer's turn: forgets its queue and lets another write. Does nothing where the connection is lost.</summary>
    public void EndTurn(string queue)
    {
        lock (_lock)
        {
            if (_database.Connection.State != ConnectionState.Open)
            {
                return;
            }

            try
            {
                // Only the writer has a queue to forget.
                if (_writerEpoch is not null)
                {
                    DropWork(queue);
                }

                ReleaseWriter();
            }
            catch (DbException)
            {
                // The server has gone, and the turn with it.
            }
        }
    }

    /// <summary>The number under which other workers see this one; null until its first lease.</summary>
    public long? WorkerId => _worker;

    // Of a worker that was the writer: refuses to go on where another has taken over. The row stays locked until the commit.
    private void CheckWriter()
    {
        if (_writerEpoch is { } epoch && Execute(
            "UPDATE writers SET epoch = epoch WHERE name = $n AND worker = $w AND epoch = $e", ("$n", RawWriter), ("$w", _worker), ("$e", epoch)) == 0)
        {
            throw new DataForgeException("another crawler took over writing, since this one was silent for too long: run the same command again.");
        }
    }

    // This worker's number, under which others see that it lives. The lock is held before the row can be seen.
    private long Worker()
    {
        if (_worker is null)
        {
            FreeEndedWorkers();
            using DbTransaction transaction = _database.Begin(isDurable: false);
            long worker = Number(
                "INSERT INTO workers (name) VALUES ($n) RETURNING id", ("$n", $"{Environment.MachineName}:{Environment.ProcessId}"));
            _database.HoldWorker(worker);
            transaction.Commit();
            _worker = worker;
        }

        return _worker.Value;
    }

    private void EndWorker()
    {
        if (_worker is { } worker)
        {
            Free([worker]);
            _worker = null;
        }
    }

    private bool FreeEndedWorkers()
    {
        List<long> others = [];
        using (DbCommand command = Command("SELECT id FROM workers WHERE id <> $w", ("$w", _worker ?? -1)))
        using (DbDataReader reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                others.Add(reader.GetInt64(0));
            }
        }

        List<long> ended = others.Count > 0 ? _database.EndedWorkers(others) : others;
        if (ended.Count > 0)
        {
            Free(ended);
        }

        return ended.Count > 0;
    }

    private void Free(List<long> workers)
    {
        using DbTransaction transaction = _database.Begin(isDurable: false);
        foreach (long worker in workers)
        {
            Execute("UPDATE work SET worker = NULL, leased_until = NULL WHERE worker = $w AND done = 0", ("$w", worker));
            Execute("UPDATE windows SET worker = NULL, leased_until = NULL WHERE worker = $w", ("$w", worker));
            Execute("UPDATE writers SET worker = NULL, leased_until = NULL WHERE worker = $w", ("$w", worker));
            Execute("DELETE FROM workers WHERE id = $w", ("$w", worker));
        }

        transaction.Commit();
    }
}
