using DataForge.Corpus;
using DataForge.Corpus.Runs;
using Microsoft.Data.Sqlite;

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
/// What a workspace holds: repositories, their snapshots, raw parts, and the ids of all contents with their parts (about 40 bytes on
/// disk each). It says so only of what is durable in <c>raw/</c>: a part's rows come here last, in one transaction that is flushed to
/// the disk. Safe from several threads.
/// </summary>
internal sealed partial class Catalog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _findContent;
    private readonly SqliteParameter _contentId;

    static Catalog() => SQLitePCL.Batteries_V2.Init();

    private Catalog(SqliteConnection connection)
    {
        _connection = connection;
        _findContent = Command("SELECT part, size FROM contents WHERE id = $id");
        _contentId = _findContent.Parameters.Add("$id", SqliteType.Blob);
        _contentId.Value = Array.Empty<byte>();
        _findContent.Prepare();
    }

    /// <summary>Opens a workspace's catalog, making it where it does not exist.</summary>
    /// <exception cref="DataForgeException">It is of a later version.</exception>
    public static Catalog Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using (SqliteCommand settings = connection.CreateCommand())
            {
                // FULL: a commit is on the disk before the next part begins, also when the machine loses power.
                settings.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;";
                settings.ExecuteNonQuery();
            }

            CatalogSchema.Migrate(connection, path);
            return new Catalog(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The number the next raw part gets.</summary>
    public int NextPart => (int)Convert.ToInt64(
        Scalar("SELECT COALESCE(MAX(number) + 1, 0) FROM parts"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The part that stores a content, and its bytes; both −1 where none does.</summary>
    public (int Part, long Size) FindContent(BlobId id)
    {
        byte[] bytes = new byte[BlobId.Size];
        id.CopyTo(bytes);
        lock (_lock)
        {
            _contentId.Value = bytes;
            using SqliteDataReader reader = _findContent.ExecuteReader();
            return reader.Read() ? (reader.GetInt32(0), reader.GetInt64(1)) : (-1, -1);
        }
    }

    /// <summary>The latest snapshot of a repository with this signature, or null.</summary>
    public SnapshotState? FindSnapshot(long repository, string signature)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command(
                "SELECT number, rows, complete FROM snapshots WHERE repository = $r AND signature = $s ORDER BY number DESC LIMIT 1",
                ("$r", repository), ("$s", signature));
            using SqliteDataReader reader = command.ExecuteReader();
            return reader.Read() ? new SnapshotState(repository, reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2) != 0) : null;
        }
    }

    /// <summary>The number of a repository's latest snapshot; 0 where it has none.</summary>
    public int LatestSnapshot(long repository) => Convert.ToInt32(
        Scalar("SELECT COALESCE(MAX(number), 0) FROM snapshots WHERE repository = $r", ("$r", repository)),
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The name a source has by its location, or null.</summary>
    public string? FindName(string kind, string location) =>
        Scalar("SELECT name FROM locations WHERE kind = $k AND location = $l", ("$k", kind), ("$l", location)) as string;

    /// <summary>Whether some source has a name.</summary>
    public bool HasName(string name) => Scalar("SELECT 1 FROM locations WHERE name = $n", ("$n", name)) is not null;

    /// <summary>Gives sources their names, for good: all or none.</summary>
    public void AddNames(IEnumerable<(string Kind, string Location, string Name)> names)
    {
        lock (_lock)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            foreach ((string kind, string location, string name) in names)
            {
                Execute("INSERT INTO locations VALUES ($k, $l, $n)", ("$k", kind), ("$l", location), ("$n", name));
            }

            transaction.Commit();
        }
    }

    /// <summary>The snapshots a whole source was crawled to, if it had this signature then; else null.</summary>
    public List<(long Repository, int Snapshot)>? FindSource(string key, string signature)
    {
        lock (_lock)
        {
            if (Scalar("SELECT 1 FROM sources WHERE key = $k AND signature = $s", ("$k", key), ("$s", signature)) is null)
            {
                return null;
            }

            using SqliteCommand command = Command(
                "SELECT repository, snapshot FROM source_snapshots WHERE source = $k ORDER BY repository", ("$k", key));
            using SqliteDataReader reader = command.ExecuteReader();
            List<(long, int)> snapshots = [];
            while (reader.Read())
            {
                snapshots.Add((reader.GetInt64(0), reader.GetInt32(1)));
            }

            return snapshots;
        }
    }

    /// <summary>States what sources of one repository each were crawled to.</summary>
    public void SetSources(IReadOnlyList<(string Key, string Signature, (long Repository, int Snapshot) Snapshot)> sources)
    {
        foreach ((string key, string signature, (long, int) snapshot) in sources)
        {
            SetSource(key, signature, [snapshot]);
        }
    }

    /// <summary>States what a whole source was crawled to.</summary>
    public void SetSource(string key, string signature, IReadOnlyList<(long Repository, int Snapshot)> snapshots)
    {
        lock (_lock)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            Execute("DELETE FROM source_snapshots WHERE source = $k", ("$k", key));
            Execute("INSERT OR REPLACE INTO sources (key, signature) VALUES ($k, $s)", ("$k", key), ("$s", signature));
            using SqliteCommand insert = Command("INSERT INTO source_snapshots VALUES ($k, $r, $n)", ("$k", key), ("$r", 0L), ("$n", 0));
            foreach ((long repository, int snapshot) in snapshots)
            {
                insert.Parameters["$r"].Value = repository;
                insert.Parameters["$n"].Value = snapshot;
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _findContent.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object? value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command(sql, parameters);
            return command.ExecuteScalar();
        }
    }

    private void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command(sql, parameters);
            command.ExecuteNonQuery();
        }
    }
}
