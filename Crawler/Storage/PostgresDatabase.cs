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
    // Advisory locks are numbers of the whole database; these mean nothing but that they are ours ("DFor", "Work").
    private const long MigrationLock = 0x44466F72;
    private const int WorkerLock = 0x576F726B;

    private const string Began = "(backend_start AT TIME ZONE 'UTC')::text";

    // Rows sent before their answers are read.
    private const int BatchRows = 500;

    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly string _connection;

    // This session among the server's: a process number may come again, its beginning does not.
    private (int Process, string Began) _session;
    private TimeSpan _silence;

    private PostgresDatabase(NpgsqlConnection connection, CatalogAddress address)
        : base(connection)
    {
        (_name, _connection) = (address.Text, address.Connection!);
        _session = Session();
    }

    /// <inheritdoc/>
    public override string SkipLocked => " FOR UPDATE SKIP LOCKED";

    /// <summary>Connects.</summary>
    /// <exception cref="DataForgeException">The server does not answer, or lets nobody in.</exception>
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
                $"the catalog {address} cannot be opened ({FirstLine(e)}): start its server, or mend the address or the password (PGPASSWORD, ~/.pgpass).",
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

        // Where the network broke, the server may not know yet, and go on with what it was asked for.
        using DbCommand former = Command(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $p AND {Began} = $b", ("$p", _session.Process), ("$b", _session.Began));
        if (former.ExecuteScalar() is not null)
        {
            throw new ConnectionLostException("the server has not ended the former session yet");
        }

        if (_silence > TimeSpan.Zero)
        {
            SetSilence();
        }

        SetSilence();
        _session = Session();
    }

    /// <inheritdoc/>
    public override bool IsPassing(Exception fault) => fault is PostgresException told
        ? told.IsTransient && told.SqlState != PostgresErrorCodes.ObjectNotInPrerequisiteState // Somebody closed the database.
        : fault is ConnectionLostException or NpgsqlException { IsTransient: true } || Connection.State != ConnectionState.Open;

    /// <inheritdoc/>
    public override void LimitSilence(TimeSpan limit)
    {
        _silence = limit;
        SetSilence();
    }

    /// <summary>Whether the database holds a catalog already.</summary>
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
                $"{_name} has version {version}, this program knows {PostgresSchema.Steps.Count}: use the program that made it, or another database.");
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
        foreach (T[] chunk in keys.Chunk(10 * BatchRows))
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
            "INSERT INTO workers (id, name) OVERRIDING SYSTEM VALUE VALUES ($w, $n) ON CONFLICT (id) DO NOTHING", ("$w", worker), ("$n", name));
        command.ExecuteNonQuery();
    }

    // A small table that a processor's caches hold makes a thousand questions at once a third cheaper at a million rows.
    /// <inheritdoc/>
    public override int MergeShare => 16;

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

    private void SetSilence() =>
        Run(string.Create(CultureInfo.InvariantCulture, $"SET idle_in_transaction_session_timeout = {(long)_silence.TotalMilliseconds}"));

    private (int Process, string Began) Session()
    {
        using DbCommand command = Command($"SELECT pid, {Began} FROM pg_stat_activity WHERE pid = pg_backend_pid()");
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
