using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using DataForge.Corpus;
using Npgsql;

namespace DataForge.Crawler.Storage;

/// <summary>The catalog in a PostgreSQL database, which several crawlers may share.</summary>
internal sealed partial class PostgresDatabase : CatalogDatabase
{
    // Advisory locks are identified by numbers, shared by all programs of the database; these are the letters "DFor" and "Work"
    // (https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS).
    private const long MigrationLock = 0x44466F72;
    private const int WorkerLock = 0x576F726B;

    private const string StartTime = "(backend_start AT TIME ZONE 'UTC')::text";

    // Statements sent before their answers are read, which share one round trip: 500 rows of the widest table (members, about 300 bytes a
    // row) are 150 KB in memory. Keys of one query need less: 5,000 ids are 100 KB.
    private const int BatchRows = 500;
    private const int BatchKeys = 10 * BatchRows;

    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly string _connection;

    // Identifies this session on the server: a process id may be used again, but not together with the same start time.
    private (int Process, string StartTime) _session;
    private TimeSpan _idleLimit;

    private PostgresDatabase(NpgsqlConnection connection, CatalogAddress address)
        : base(connection)
    {
        (_name, _connection) = (address.Text, address.Connection!);
        _session = Session();
    }

    /// <inheritdoc/>
    public override string SkipLocked => " FOR UPDATE SKIP LOCKED";

    /// <summary>
    /// A sixteenth: a small table that fits into the processor's caches makes a query for a thousand ids a third cheaper at a million rows
    /// (<c>bench catalog postgres</c>).
    /// </summary>
    public override int MergeShare => 16;

    /// <summary>Connects to the server.</summary>
    /// <exception cref="DataForgeException">The server does not answer, or refuses the connection.</exception>
    public static PostgresDatabase Open(CatalogAddress address)
    {
        var connection = new NpgsqlConnection(address.Connection);
        try
        {
            connection.Open();
            return new PostgresDatabase(connection, address);
        }
        catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
        {
            connection.Dispose();
            throw new DataForgeException(
                $"the catalog {address} cannot be opened ({FirstLine(e)}): "
                + "start its server, or correct the address or the password (PGPASSWORD, ~/.pgpass).",
                inner: e);
        }
    }

    /// <inheritdoc/>
    public override bool CanReconnect => true;

    /// <inheritdoc/>
    public override void Reconnect()
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            connection.Open();
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        Replace(connection);

        // If the network broke, the server may not have noticed yet, and may still run the former session's statement.
        using DbCommand former = Command(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $p AND {StartTime} = $b",
            ("$p", _session.Process), ("$b", _session.StartTime));
        if (former.ExecuteScalar() is not null)
        {
            throw new ConnectionLostException("the server has not ended the former session yet");
        }

        if (_idleLimit > TimeSpan.Zero)
        {
            SetIdleLimit();
        }

        _session = Session();
    }

    /// <inheritdoc/>
    public override bool IsTransient(Exception fault) => fault is PostgresException answer
        ? answer.IsTransient && answer.SqlState != PostgresErrorCodes.ObjectNotInPrerequisiteState // The database allows no connections.
        : fault is ConnectionLostException or NpgsqlException { IsTransient: true } || Connection.State != ConnectionState.Open;

    /// <inheritdoc/>
    public override void LimitIdleTransactions(TimeSpan limit)
    {
        _idleLimit = limit;
        SetIdleLimit();
    }

    /// <summary>Whether the database contains a catalog.</summary>
    public bool HasCatalog()
    {
        using DbCommand command = Command("SELECT to_regclass('catalog_version') IS NOT NULL");
        return (bool)command.ExecuteScalar()!;
    }

    /// <inheritdoc/>
    public override void Migrate()
    {
        using DbTransaction transaction = Connection.BeginTransaction();
        Run($"SELECT pg_advisory_xact_lock({MigrationLock})");
        Run("CREATE TABLE IF NOT EXISTS catalog_version (version INTEGER NOT NULL)");
        using DbCommand read = Command("SELECT COALESCE(MAX(version), 0) FROM catalog_version");
        int version = Convert.ToInt32(read.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (version > PostgresSchema.Steps.Count)
        {
            throw DataForgeException.Usage(
                $"{_name} has version {version}, this program knows {PostgresSchema.Steps.Count}: "
                + "use the program that made it, or another database.");
        }

        for (; version < PostgresSchema.Steps.Count; version++)
        {
            Run(PostgresSchema.Steps[version]);
            Run($"INSERT INTO catalog_version VALUES ({version + 1})");
        }

        transaction.Commit();
    }

    /// <inheritdoc/>
    public override void ExecuteMany(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows)
    {
        string text = Text(sql);
        using var batch = new NpgsqlBatch((NpgsqlConnection)Connection);
        foreach (object?[][] chunk in rows.Select(row => row.ToArray()).Chunk(BatchRows))
        {
            batch.BatchCommands.Clear();
            foreach (object?[] row in chunk)
            {
                var command = new NpgsqlBatchCommand(text);
                for (int i = 0; i < names.Count; i++)
                {
                    command.Parameters.AddWithValue(ParameterName(names[i]), row[i] ?? DBNull.Value);
                }

                batch.BatchCommands.Add(command);
            }

            batch.ExecuteNonQuery();
        }
    }

    /// <inheritdoc/>
    public override void ReadMany<T>(string sql, IEnumerable<T> keys, Action<DbDataReader> read)
    {
        using DbCommand command = Command(sql.Replace("{0}", "= ANY($keys)", StringComparison.Ordinal), ("$keys", Array.Empty<T>()));
        foreach (T[] chunk in keys.Chunk(BatchKeys))
        {
            command.Parameters[0].Value = chunk;
            using DbDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                read(reader);
            }
        }
    }

    /// <inheritdoc/>
    public override void Compact() => Run("VACUUM FULL");

    /// <inheritdoc/>
    public override void HoldWorker(long worker) => Run($"SELECT pg_advisory_lock({WorkerLock}, {worker})");

    /// <inheritdoc/>
    public override void RestoreWorker(long worker, string name)
    {
        using DbCommand command = Command(
            "INSERT INTO workers (id, name) OVERRIDING SYSTEM VALUE VALUES ($w, $n) ON CONFLICT (id) DO NOTHING",
            ("$w", worker), ("$n", name));
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override string Clear(string table) => $"TRUNCATE {table}";

    /// <inheritdoc/>
    public override List<long> EndedWorkers(IReadOnlyList<long> workers)
    {
        using DbCommand command = Command(
            $"SELECT id FROM unnest($ids) AS id WHERE pg_try_advisory_xact_lock({WorkerLock}, id::integer)", ("$ids", workers.ToArray()));
        using DbDataReader reader = command.ExecuteReader();
        List<long> ended = [];
        while (reader.Read())
        {
            ended.Add(reader.GetInt64(0));
        }

        return ended;
    }

    /// <inheritdoc/>
    protected override string Text(string sql) => _texts.GetOrAdd(sql, static text => Marker().Replace(text, "@$1"));

    /// <inheritdoc/>
    protected override string ParameterName(string name) => name[1..];

    /// <inheritdoc/>
    protected override string Durability(bool isDurable) => isDurable ? "SET synchronous_commit = on" : "SET synchronous_commit = off";

    private void SetIdleLimit() =>
        Run(string.Create(CultureInfo.InvariantCulture, $"SET idle_in_transaction_session_timeout = {(long)_idleLimit.TotalMilliseconds}"));

    private (int Process, string StartTime) Session()
    {
        using DbCommand command = Command($"SELECT pid, {StartTime} FROM pg_stat_activity WHERE pid = pg_backend_pid()");
        using DbDataReader reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt32(0), reader.GetString(1));
    }

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();

    private void Run(string sql)
    {
        using DbCommand command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [GeneratedRegex(@"\$([A-Za-z_]\w*)")]
    private static partial Regex Marker();
}
