using System.Data;
using System.Data.Common;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Storage;

/// <summary>One crawl of one repository, as far as it is committed.</summary>
/// <param name="Repository">The repository's number.</param>
/// <param name="Number">The snapshot's number, from 1.</param>
/// <param name="Rows">Rows in committed parts.</param>
/// <param name="IsComplete">Whether that is all of them.</param>
internal sealed record SnapshotState(long Repository, int Number, long Rows, bool IsComplete);

/// <summary>A snapshot's share of a part that is about to be committed.</summary>
/// <param name="Facts">The repository, with the snapshot's number.</param>
/// <param name="Signature">Its signature.</param>
/// <param name="Rows">Rows in this part.</param>
/// <param name="IsComplete">Whether the last row is among them.</param>
/// <param name="Counts">Figures of these rows.</param>
internal sealed record SnapshotShare(
    RepositoryFacts Facts, string Signature, long Rows, bool IsComplete, SortedDictionary<string, long> Counts);

/// <summary>
/// What a workspace holds: repositories, their snapshots, raw parts, the ids of all contents with their parts (about 35 bytes on disk
/// each), the ledger of searches, and who is at work on what. It says so only of what is durable in <c>raw/</c>: a part's rows come here
/// last, in one transaction that is flushed to the disk. SQLite or PostgreSQL (<see cref="CatalogDatabase"/>). Safe from several threads;
/// other processes may use the same catalog.
/// </summary>
internal sealed partial class Catalog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CatalogDatabase _database;
    private readonly TimeProvider _time;
    private DbCommand _findContent;

    private Catalog(CatalogDatabase database, TimeProvider time, int reconnections)
    {
        (_database, _time, _reconnection) = (database, time, Reconnection(database, time, reconnections));
        _findContent = Command(FindContentSql, ("$id", Array.Empty<byte>()));
    }

    /// <summary>Opens a workspace's own catalog, making it where it does not exist.</summary>
    /// <exception cref="DataForgeException">It is of a later version.</exception>
    public static Catalog Open(string path) => Open(CatalogAddress.OfFile(path), TimeProvider.System);

    /// <summary>Opens a catalog, making its tables where they do not exist.</summary>
    /// <param name="address">Where it lies.</param>
    /// <param name="time">The clock by which leases end; crawlers that share a catalog should agree on the time to some seconds.</param>
    /// <param name="reconnections">How often a connection that breaks later is tried again, with growing pauses.</param>
    /// <exception cref="DataForgeException">It is of a later version, or its server cannot be reached.</exception>
    public static Catalog Open(CatalogAddress address, TimeProvider time, int reconnections = Reconnections)
    {
        CatalogDatabase database = address.File is { } file ? SqliteDatabase.Open(file) : PostgresDatabase.Open(address);
        try
        {
            database.Migrate();
            return new Catalog(database, time, reconnections);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a catalog at the address.</summary>
    public static bool Exists(CatalogAddress address)
    {
        if (address.File is { } file)
        {
            return File.Exists(file);
        }

        using PostgresDatabase database = PostgresDatabase.Open(address);
        return database.HasCatalog();
    }

    /// <summary>The number the next raw part gets.</summary>
    public int NextPart => (int)Number("SELECT COALESCE(MAX(number) + 1, 0) FROM parts");

    /// <summary>The latest snapshot of a repository with this signature, or null.</summary>
    public SnapshotState? FindSnapshot(long repository, string signature) => Read(
        "SELECT number, rows, complete FROM snapshots WHERE repository = $r AND signature = $s ORDER BY number DESC LIMIT 1",
        reader => new SnapshotState(repository, reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2) != 0),
        ("$r", repository), ("$s", signature)).FirstOrDefault();

    /// <summary>The number of a repository's latest snapshot; 0 where it has none.</summary>
    public int LatestSnapshot(long repository) => (int)Number(
        "SELECT COALESCE(MAX(number), 0) FROM snapshots WHERE repository = $r", ("$r", repository));

    /// <summary>The name a source has by its location, or null.</summary>
    public string? FindName(string kind, string location) =>
        Scalar("SELECT name FROM locations WHERE kind = $k AND location = $l", ("$k", kind), ("$l", location)) as string;

    /// <summary>Whether some source has a name.</summary>
    public bool HasName(string name) => Scalar("SELECT 1 FROM locations WHERE name = $n", ("$n", name)) is not null;

    /// <summary>Gives sources their names, for good: all or none.</summary>
    public void AddNames(IEnumerable<(string Kind, string Location, string Name)> names)
    {
        (string Kind, string Location, string Name)[] all = [.. names];
        Do(isAgain =>
        {
            if (isAgain && all.All(item => FindName(item.Kind, item.Location) == item.Name))
            {
                return true;
            }

            Change(isDurable: true, () => Array.ForEach(all, item => Execute(
                "INSERT INTO locations VALUES ($k, $l, $n)", ("$k", item.Kind), ("$l", item.Location), ("$n", item.Name))));
            return true;
        });
    }

    /// <summary>The snapshots a whole source was crawled to, if it had this signature then; else null.</summary>
    public List<(long Repository, int Snapshot)>? FindSource(string key, string signature) => Do(() =>
        Scalar("SELECT 1 FROM sources WHERE key = $k AND signature = $s", ("$k", key), ("$s", signature)) is null
            ? null
            : Read(
                "SELECT repository, snapshot FROM source_snapshots WHERE source = $k ORDER BY repository",
                static reader => (reader.GetInt64(0), reader.GetInt32(1)), ("$k", key)));

    /// <summary>States what a whole source was crawled to.</summary>
    public void SetSource(string key, string signature, IReadOnlyList<(long Repository, int Snapshot)> snapshots) => Change(isDurable: true, () =>
    {
        Execute("DELETE FROM source_snapshots WHERE source = $k", ("$k", key));
        Execute(
            "INSERT INTO sources (key, signature) VALUES ($k, $s) ON CONFLICT (key) DO UPDATE SET signature = excluded.signature",
            ("$k", key), ("$s", signature));
        _database.ExecuteMany(
            "INSERT INTO source_snapshots VALUES ($k, $r, $n)", ["$k", "$r", "$n"],
            snapshots.Select(snapshot => new object?[] { key, snapshot.Repository, snapshot.Snapshot }));
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            try
            {
                if (_database.Connection.State == ConnectionState.Open)
                {
                    // No other operation follows, so none needs the connection again.
                    _isUnderWay = true;
                    EndWorker();
                }
            }
            catch (DbException)
            {
                // The server has gone: what took it away is reported where it happened, and the others see that this worker has ended.
            }
            finally
            {
                _findContent.Dispose();
                _database.Dispose();
            }
        }
    }

    private DbCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => _database.Command(sql, parameters);

    // Parameters are kept beyond the call, should the operation be done again.
    private object? Scalar(string sql, params (string Name, object? Value)[] parameters) => Do(() =>
    {
        using DbCommand command = Command(sql, parameters);
        return command.ExecuteScalar();
    });

    private int Execute(string sql, params (string Name, object? Value)[] parameters) => Do(() =>
    {
        using DbCommand command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    });

    private List<T> Read<T>(string sql, Func<DbDataReader, T> read, params (string Name, object? Value)[] parameters) => Do(() =>
    {
        using DbCommand command = Command(sql, parameters);
        using DbDataReader reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    });

    private long Number(string sql, params (string Name, object? Value)[] parameters) =>
        Convert.ToInt64(Scalar(sql, parameters), CultureInfo.InvariantCulture);
}
