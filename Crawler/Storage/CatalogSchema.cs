using DataForge.Corpus;
using Microsoft.Data.Sqlite;

namespace DataForge.Crawler.Storage;

/// <summary>The catalog's tables, as steps from one version to the next.</summary>
internal static class CatalogSchema
{
    // Step i leads from version i to i + 1. A step that was released is never changed.
    private static readonly string[] Steps =
    [
        """
        -- Names given to sources by where they lie (ILocatedSource).
        CREATE TABLE locations (
          kind TEXT NOT NULL, location TEXT NOT NULL, name TEXT NOT NULL UNIQUE,
          PRIMARY KEY (kind, location)) WITHOUT ROWID;

        CREATE TABLE repositories (id INTEGER PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL);

        -- One row for each time a repository was crawled, from its first part on. rows: rows of it in committed parts.
        CREATE TABLE snapshots (
          repository INTEGER NOT NULL, number INTEGER NOT NULL, signature TEXT NOT NULL, commit_id TEXT,
          first_part INTEGER, last_part INTEGER, rows INTEGER NOT NULL, complete INTEGER NOT NULL, counts TEXT NOT NULL,
          PRIMARY KEY (repository, number)) WITHOUT ROWID;

        CREATE TABLE parts (
          number INTEGER PRIMARY KEY, files_sha256 TEXT NOT NULL, blobs_sha256 TEXT NOT NULL,
          occurrences INTEGER NOT NULL, blobs INTEGER NOT NULL, bytes INTEGER NOT NULL);

        -- The parts that hold contents of a part's occurrences.
        CREATE TABLE part_contents (part INTEGER NOT NULL, content_part INTEGER NOT NULL, PRIMARY KEY (part, content_part)) WITHOUT ROWID;

        -- Every content stored: its git id (20 bytes), its part, its bytes.
        CREATE TABLE contents (id BLOB PRIMARY KEY, part INTEGER NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;

        -- What whole sources were crawled to, so that an unchanged one is not scanned again.
        CREATE TABLE sources (key TEXT PRIMARY KEY, signature TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE source_snapshots (
          source TEXT NOT NULL, repository INTEGER NOT NULL, snapshot INTEGER NOT NULL, PRIMARY KEY (source, repository)) WITHOUT ROWID;
        """,
    ];

    /// <summary>The version this program writes.</summary>
    public static int Version => Steps.Length;

    /// <summary>Brings a catalog to this version.</summary>
    /// <exception cref="DataForgeException">It is of a later version.</exception>
    public static void Migrate(SqliteConnection connection, string path)
    {
        int version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), System.Globalization.CultureInfo.InvariantCulture);
        if (version > Version)
        {
            throw DataForgeException.Usage(
                $"{path} has version {version}, this program knows {Version}: use the program that made it, or another --workspace.");
        }

        for (; version < Version; version++)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            using SqliteCommand step = connection.CreateCommand();
            step.CommandText = Steps[version] + $"\nPRAGMA user_version = {version + 1};";
            step.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
