using System.Data.Common;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using Microsoft.Data.Sqlite;

namespace DataForge.Service.Ledger;

/// <summary>The ledger of one instance, in a file. A lock keeps a second instance out.</summary>
internal sealed class SqliteLedger : LedgerDatabase
{
    private readonly Lock _turn = new();
    private readonly FileLock _alone;
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;

    private SqliteLedger(FileLock alone, SqliteConnection connection, string address, TimeProvider time) =>
        (_alone, _connection, Address, _time) = (alone, connection, address, time);

    /// <inheritdoc/>
    public override string Address { get; }

    /// <inheritdoc/>
    public override bool IsShared => false;

    /// <summary>Opens <c>history.db</c> in a folder; makes both where they do not exist.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isDurable">Whether a commit waits for the disk; tests need not.</param>
    /// <exception cref="DataForgeException">Another instance uses it, or it cannot be written. Exit code 2.</exception>
    public static SqliteLedger Open(string folder, TimeProvider time, bool isDurable = true)
    {
        string file = Path.Combine(folder, "history.db");
        FileLock? alone = null;
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(folder);
            alone = FileLock.TryTake(Path.Combine(folder, "service.lock")) ?? throw DataForgeException.Usage(
                $"another instance uses {folder}: stop it, give another stateFolder, or let several instances share a database.");
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText =
                $"""
                PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10000; PRAGMA synchronous = {(isDurable ? "FULL" : "OFF")};
                {Schema("INTEGER PRIMARY KEY AUTOINCREMENT")}
                """;
            command.ExecuteNonQuery();
            return new SqliteLedger(alone, connection, file, time);
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            alone?.Dispose();
            throw MayPass(e)
                ? new DataForgeException($"{file} cannot be used now ({e.Message}): free some space and start again.", inner: e)
                : DataForgeException.Usage($"{file} cannot be used ({e.Message}); give a stateFolder that can be written.", e);
        }
    }

    // A full disk (SQLITE_FULL, ENOSPC), a fault of it, a file that is in use: then a service manager is to start the service again.
    private static bool MayPass(Exception e) => e is SqliteException { SqliteErrorCode: 5 or 10 or 13 } or IOException { HResult: 28 };

    /// <inheritdoc/>
    public override void Dispose()
    {
        _connection.Dispose();
        _alone.Dispose();
    }

    /// <inheritdoc/>
    protected override T Run<T>(Func<LedgerTransaction, T> work)
    {
        lock (_turn)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction(deferred: true);
            T result = work(new LedgerTransaction(_connection, transaction, _time.GetUtcNow().ToUnixTimeMilliseconds()));
            transaction.Commit();
            return result;
        }
    }
}
