using System.Data.Common;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using Microsoft.Data.Sqlite;

namespace DataForge.Crawler.Storage;

/// <summary>The catalog in a file of the workspace (<see href="https://www.sqlite.org/wal.html"/>).</summary>
internal sealed class SqliteDatabase : CatalogDatabase
{
    private readonly string _path;
    private FileLock? _worker;
    private string? _workerFile;

    private SqliteDatabase(SqliteConnection connection, string path)
        : base(connection) => _path = path;

    /// <inheritdoc/>
    public override string SkipLocked => "";

    /// <summary>4; the arithmetic is at <see cref="ContentStore"/>.</summary>
    public override int MergeShare => 4;

    /// <summary>Opens the file, creating it where it does not exist.</summary>
    public static SqliteDatabase Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using SqliteCommand settings = connection.CreateCommand();
            // busy_timeout: another process may lock the file for as long as a merge of contents takes; a minute is above the longest
            // (2^20 rows at 3.6 µs each, and the disk).
            // synchronous FULL: a commit is on disk before the next part begins, also when the machine loses power.
            // cache_size: 64 MiB, enough for the small table of contents. wal_autocheckpoint: 4,096 pages (16 MiB) between checkpoints,
            // so that a page changed by several commits is written back once. journal_size_limit: 64 MiB, four checkpoints.
            settings.CommandText =
                """
                PRAGMA busy_timeout = 60000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
                PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864;
                """;
            settings.ExecuteNonQuery();
            return new SqliteDatabase(connection, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a file that cannot be written, only for reading; null if it was left with a log, which would have to be written back
    /// first.
    /// </summary>
    public static SqliteDatabase? TryOpenReadOnly(string path)
    {
        if (File.Exists(path + "-wal") && new FileInfo(path + "-wal").Length > 0)
        {
            return null;
        }

        // immutable: without it, SQLite makes files beside the database even for reading (https://www.sqlite.org/uri.html).
        string address = Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = $"file:{address}?immutable=1", Mode = SqliteOpenMode.ReadOnly, Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            return new SqliteDatabase(connection, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool CanReconnect => false;

    /// <inheritdoc/>
    public override void Reconnect() => throw new NotSupportedException("a file has no connection");

    /// <inheritdoc/>
    public override bool IsTransient(Exception fault) => false;

    /// <inheritdoc/>
    public override void Migrate()
    {
        if (Version() == SqliteSchema.Steps.Count)
        {
            return;
        }

        using DbTransaction transaction = Connection.BeginTransaction();
        int version = Version();
        if (version > SqliteSchema.Steps.Count)
        {
            throw DataForgeException.Usage(
                $"{_path} has version {version}, this program knows {SqliteSchema.Steps.Count}: "
                + "use the program that made it, or another --workspace.");
        }

        for (; version < SqliteSchema.Steps.Count; version++)
        {
            using DbCommand step = Command(SqliteSchema.Steps[version] + $"\nPRAGMA user_version = {version + 1};");
            step.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <inheritdoc/>
    public override void ExecuteMany(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows)
    {
        using DbCommand command = Command(sql);
        foreach (string name in names)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        foreach (object?[] row in rows)
        {
            for (int i = 0; i < names.Count; i++)
            {
                command.Parameters[i].Value = row[i] ?? DBNull.Value;
            }

            command.ExecuteNonQuery();
        }
    }

    /// <inheritdoc/>
    public override void ReadMany<T>(string sql, IEnumerable<T> keys, Action<DbDataReader> read)
    {
        using DbCommand command = Command(sql.Replace("{0}", "= $key", StringComparison.Ordinal), ("$key", null));
        foreach (T key in keys)
        {
            command.Parameters[0].Value = key;
            using DbDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                read(reader);
            }
        }
    }

    /// <inheritdoc/>
    public override void Compact()
    {
        // Deleted rows stay in free pages, and in the log, until both are rewritten.
        using DbCommand vacuum = Command("VACUUM");
        vacuum.ExecuteNonQuery();
        using DbCommand log = Command("PRAGMA wal_checkpoint(TRUNCATE)");
        log.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override void HoldWorker(long worker)
    {
        _workerFile = WorkerFile(worker);
        _worker = FileLock.Take(_workerFile);
    }

    /// <inheritdoc/>
    public override void RestoreWorker(long worker, string name) => throw new NotSupportedException("a file has no connection");

    /// <inheritdoc/>
    public override string Clear(string table) => $"DELETE FROM {table}";

    /// <inheritdoc/>
    public override List<long> EndedWorkers(IReadOnlyList<long> workers)
    {
        List<long> ended = [];
        foreach (long worker in workers)
        {
            using FileLock? taken = FileLock.TryTake(WorkerFile(worker));
            if (taken is not null)
            {
                File.Delete(WorkerFile(worker));
                ended.Add(worker);
            }
        }

        return ended;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_workerFile is not null)
        {
            File.Delete(_workerFile);
        }

        _worker?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override string Text(string sql) => sql;

    /// <inheritdoc/>
    protected override string ParameterName(string name) => name;

    /// <inheritdoc/>
    protected override string Durability(bool isDurable) => isDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";

    private int Version()
    {
        using DbCommand command = Command("PRAGMA user_version");
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private string WorkerFile(long worker) => $"{_path}-worker-{worker}";
}
