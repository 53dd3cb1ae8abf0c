using System.Collections.Concurrent;
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

    // Rows sent before their answers are read.
    private const int BatchRows = 500;

    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly string _name;

    private PostgresDatabase(NpgsqlConnection connection, string name)
        : base(connection) => _name = name;

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
            return new PostgresDatabase(connection, address.Text);
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
    public override void LimitSilence(TimeSpan limit) =>
        Run(string.Create(CultureInfo.InvariantCulture, $"SET idle_in_transaction_session_timeout = {(long)limit.TotalMilliseconds}"));

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
    public override List<long> EndedWorkers(IReadOnlyList<long> workers)
    {
        using DbCommand command = Command(
            $"""
            SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = {WorkerLock} AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """);
        using DbDataReader reader = command.ExecuteReader();
        HashSet<long> live = [];
        while (reader.Read())
        {
            live.Add(reader.GetInt64(0));
        }

        return [.. workers.Where(worker => !live.Contains(worker))];
    }

    /// <inheritdoc/>
    protected override string Text(string sql) => _texts.GetOrAdd(sql, static text => Marker().Replace(text, "@$1"));

    /// <inheritdoc/>
    protected override string ParameterName(string name) => name[1..];

    /// <inheritdoc/>
    protected override string Durability(bool isDurable) => isDurable ? "SET synchronous_commit = on" : "SET synchronous_commit = off";

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
