namespace DataForge.Crawler.Storage;

/// <summary>
/// The catalog's tables in PostgreSQL, as steps from one version to the next: those of <see cref="SqliteSchema"/>, which explains the
/// columns. Texts are ordered by their bytes, as in SQLite.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>Step i leads from version i to i + 1. A step that was released is never changed.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE DOMAIN ordinal AS TEXT COLLATE "C";

        CREATE TABLE locations (
          kind ordinal NOT NULL, location ordinal NOT NULL, name ordinal NOT NULL UNIQUE,
          PRIMARY KEY (kind, location));

        CREATE TABLE repositories (id BIGINT PRIMARY KEY, name ordinal NOT NULL, source ordinal NOT NULL);

        CREATE TABLE snapshots (
          repository BIGINT NOT NULL, number BIGINT NOT NULL, signature ordinal NOT NULL, commit_id ordinal,
          first_part BIGINT, last_part BIGINT, rows BIGINT NOT NULL, complete BIGINT NOT NULL, counts ordinal NOT NULL,
          PRIMARY KEY (repository, number));

        CREATE TABLE parts (
          number BIGINT PRIMARY KEY, files_sha256 ordinal NOT NULL, blobs_sha256 ordinal NOT NULL,
          occurrences BIGINT NOT NULL, blobs BIGINT NOT NULL, bytes BIGINT NOT NULL);

        CREATE TABLE part_contents (part BIGINT NOT NULL, content_part BIGINT NOT NULL, PRIMARY KEY (part, content_part));

        CREATE TABLE contents (id BYTEA PRIMARY KEY, part INTEGER NOT NULL, size INTEGER NOT NULL);

        CREATE TABLE sources (key ordinal PRIMARY KEY, signature ordinal NOT NULL);
        CREATE TABLE source_snapshots (
          source ordinal NOT NULL, repository BIGINT NOT NULL, snapshot BIGINT NOT NULL, PRIMARY KEY (source, repository));
        """,
        """
        CREATE TABLE contents_recent (id BYTEA PRIMARY KEY, part INTEGER NOT NULL, size INTEGER NOT NULL);

        CREATE TABLE tallies (name ordinal PRIMARY KEY, value BIGINT NOT NULL);
        INSERT INTO tallies SELECT 'contents', COUNT(*) FROM contents;
        INSERT INTO tallies VALUES ('contents_recent', 0);

        ALTER TABLE snapshots ADD COLUMN facts ordinal;

        CREATE TABLE queries (
          number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, query ordinal NOT NULL UNIQUE, round BIGINT NOT NULL,
          closed BIGINT NOT NULL);
        CREATE TABLE windows (
          number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, query ordinal NOT NULL, text ordinal NOT NULL,
          state BIGINT NOT NULL, round BIGINT NOT NULL,
          expected BIGINT NOT NULL, seen BIGINT NOT NULL, incomplete BIGINT NOT NULL, searches BIGINT NOT NULL,
          unsplittable BIGINT NOT NULL, etag ordinal, worker BIGINT, leased_until BIGINT, UNIQUE (query, text));
        CREATE INDEX windows_open ON windows (query, text) WHERE state = 0;
        CREATE INDEX windows_leased ON windows (worker) WHERE worker IS NOT NULL;
        CREATE TABLE members (
          window_number BIGINT NOT NULL, repository BIGINT NOT NULL, query_number BIGINT NOT NULL, name ordinal NOT NULL,
          clone_url ordinal NOT NULL, branch ordinal NOT NULL,
          stars BIGINT NOT NULL, forks BIGINT NOT NULL, kilobytes BIGINT NOT NULL, flags BIGINT NOT NULL, created_at BIGINT NOT NULL,
          pushed_at BIGINT, updated_at BIGINT, license ordinal, PRIMARY KEY (window_number, repository));
        CREATE INDEX members_repository ON members (repository, query_number);

        CREATE TABLE answers (path ordinal PRIMARY KEY, etag ordinal NOT NULL, body BYTEA NOT NULL);

        CREATE TABLE repository_states (
          repository BIGINT PRIMARY KEY, state ordinal NOT NULL, name ordinal NOT NULL, commit_id ordinal,
          pushed_at BIGINT, detail ordinal);

        CREATE TABLE workers (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name ordinal NOT NULL);
        CREATE TABLE work (
          queue ordinal NOT NULL, repository BIGINT NOT NULL, done BIGINT NOT NULL, outcome ordinal,
          worker BIGINT, leased_until BIGINT,
          PRIMARY KEY (queue, repository));
        CREATE INDEX work_open ON work (queue, repository) WHERE done = 0;
        CREATE INDEX work_leased ON work (worker) WHERE worker IS NOT NULL;
        CREATE TABLE writers (name ordinal PRIMARY KEY, worker BIGINT, leased_until BIGINT, epoch BIGINT NOT NULL);
        """,
        """
        ALTER TABLE writers ADD COLUMN commits BIGINT NOT NULL DEFAULT 0;

        -- The whole row is in the index: a query that reads a random page of it need not read a page of the table as well.
        ALTER TABLE contents DROP CONSTRAINT contents_pkey, ADD PRIMARY KEY (id) INCLUDE (part, size);
        """,
    ];
}
