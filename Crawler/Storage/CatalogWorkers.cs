using System.Data.Common;
using DataForge.Corpus;

namespace DataForge.Crawler.Storage;

/// <summary>Who works with the catalog, and who of them has ended without a word.</summary>
internal sealed partial class Catalog
{
    /// <summary>Registers this worker with the others, as its first lease would. Returns its number.</summary>
    public long Register() => Do(Worker);

    /// <summary>
    /// Says after how long a silence in the middle of a transaction this worker is taken for gone: rows that it locked would hold the others up
    /// beyond any lease's end, were it hung just then.
    /// </summary>
    public void LimitSilence(TimeSpan limit) => Do(() =>
    {
        _database.LimitSilence(limit);
        return true;
    });

    /// <summary>Ends the writer's turn: forgets its queue and lets another write. Does nothing where the connection is lost.</summary>
    public void EndTurn(string queue)
    {
        lock (_lock)
        {
            if (IsOver)
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
            catch (Exception e) when (IsOver && e is DbException or DataForgeException)
            {
                // The server has gone, and the turn with it; or another has taken it.
            }
        }
    }

    /// <summary>The number under which other workers see this one; null until its first lease.</summary>
    public long? WorkerId => _worker;

    // Of a worker that was the writer: refuses to go on where another has taken over. The row stays locked until the commit, which it counts.
    private void CheckWriter()
    {
        if (_writerEpoch is { } epoch && Execute(
            "UPDATE writers SET commits = $c WHERE name = $n AND worker = $w AND epoch = $e",
            ("$c", _writerCommits + 1), ("$n", RawWriter), ("$w", _worker), ("$e", epoch)) == 0)
        {
            throw Replaced();
        }
    }

    private static DataForgeException Replaced() =>
        new("another crawler took over writing, since this one was silent for too long: run the same command again.");

    private static string WorkerName => $"{Environment.MachineName}:{Environment.ProcessId}";

    // This worker's number, under which others see that it lives. The lock is held before the row can be seen.
    private long Worker()
    {
        if (_worker is null)
        {
            // Durable: after a crash of the server nobody else gets the number.
            FreeEndedWorkers();
            _worker = Change(isDurable: true, () =>
            {
                long worker = Number("INSERT INTO workers (name) VALUES ($n) RETURNING id", ("$n", WorkerName));
                _database.HoldWorker(worker);
                return worker;
            });
        }

        return _worker.Value;
    }

    private void EndWorker()
    {
        if (_worker is { } worker)
        {
            Change(isDurable: false, () => Free(worker));
            _worker = null;
        }
    }

    private bool FreeEndedWorkers()
    {
        List<long> others = Read("SELECT id FROM workers WHERE id <> $w", static reader => reader.GetInt64(0), ("$w", _worker ?? -1));
        return others.Count > 0 && Change(isDurable: false, () =>
        {
            // None of them can come back until the commit.
            List<long> ended = _database.EndedWorkers(others);
            ended.ForEach(Free);
            return ended.Count > 0;
        });
    }

    private void Free(long worker)
    {
        ReleaseLeases(worker);
        Execute("UPDATE writers SET worker = NULL, leased_until = NULL WHERE worker = $w", ("$w", worker));
        Execute("DELETE FROM workers WHERE id = $w", ("$w", worker));
    }

    private void ReleaseLeases(long worker)
    {
        Execute("UPDATE work SET worker = NULL, leased_until = NULL WHERE worker = $w AND done = 0", ("$w", worker));
        Execute("UPDATE windows SET worker = NULL, leased_until = NULL WHERE worker = $w", ("$w", worker));
    }
}
