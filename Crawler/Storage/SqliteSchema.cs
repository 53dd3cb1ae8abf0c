namespace DataForge.Crawler.Storage;

/// <summary>The catalog's tables in SQLite, as steps from one version to the next.</summary>
internal static class SqliteSchema
{
    /// <summary>Step i leads from version i to i + 1. A step that was released is never changed.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        -- Names given to sources by their location (ILocatedSource).
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

        -- Every stored content: its git id (20 bytes), its part, its size in bytes.
        CREATE TABLE contents (id BLOB PRIMARY KEY, part INTEGER NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;

        -- The snapshots that sources were crawled to, so that an unchanged source is not scanned again.
        CREATE TABLE sources (key TEXT PRIMARY KEY, signature TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE source_snapshots (
          source TEXT NOT NULL, repository INTEGER NOT NULL, snapshot INTEGER NOT NULL, PRIMARY KEY (source, repository)) WITHOUT ROWID;
        """,
        """
        -- Contents not yet merged into contents (ContentStore).
        CREATE TABLE contents_recent (id BLOB PRIMARY KEY, part INTEGER NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;

        -- Row counts of large tables, which are too slow to count.
        CREATE TABLE tallies (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO tallies SELECT 'contents', COUNT(*) FROM contents;
        INSERT INTO tallies VALUES ('contents_recent', 0);

        -- The repository's facts on the day of the snapshot, as JSON; null in snapshots older than this column.
        ALTER TABLE snapshots ADD COLUMN facts TEXT;

        -- The ledger: queries, their windows, and the repositories each window holds, with the facts of the day. Times are Unix seconds.
        CREATE TABLE queries (number INTEGER PRIMARY KEY, query TEXT NOT NULL UNIQUE, round INTEGER NOT NULL, closed INTEGER NOT NULL);
        CREATE TABLE windows (
          number INTEGER PRIMARY KEY, query TEXT NOT NULL, text TEXT NOT NULL, state INTEGER NOT NULL, round INTEGER NOT NULL,
          expected INTEGER NOT NULL, seen INTEGER NOT NULL, incomplete INTEGER NOT NULL, searches INTEGER NOT NULL,
          unsplittable INTEGER NOT NULL, etag TEXT, worker INTEGER, leased_until INTEGER, UNIQUE (query, text));
        CREATE INDEX windows_open ON windows (query, text) WHERE state = 0;
        CREATE INDEX windows_leased ON windows (worker) WHERE worker IS NOT NULL;
        CREATE TABLE members (
          window_number INTEGER NOT NULL, repository INTEGER NOT NULL, query_number INTEGER NOT NULL, name TEXT NOT NULL,
          clone_url TEXT NOT NULL, branch TEXT NOT NULL, stars INTEGER NOT NULL, forks INTEGER NOT NULL, kilobytes INTEGER NOT NULL,
          flags INTEGER NOT NULL, created_at INTEGER NOT NULL,
          pushed_at INTEGER, updated_at INTEGER, license TEXT, PRIMARY KEY (window_number, repository)) WITHOUT ROWID;
        CREATE INDEX members_repository ON members (repository, query_number);

        -- Responses stored for conditional requests.
        CREATE TABLE answers (path TEXT PRIMARY KEY, etag TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;

        -- The status of each repository when it was last requested.
        CREATE TABLE repository_states (
          repository INTEGER PRIMARY KEY, state TEXT NOT NULL, name TEXT NOT NULL, commit_id TEXT, pushed_at INTEGER, detail TEXT);

        -- Workers and their leases: worker is the holder, leased_until the expiry in milliseconds since 1970.
        CREATE TABLE workers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
        CREATE TABLE work (
          queue TEXT NOT NULL, repository INTEGER NOT NULL, done INTEGER NOT NULL, outcome TEXT, worker INTEGER, leased_until INTEGER,
          PRIMARY KEY (queue, repository)) WITHOUT ROWID;
        CREATE INDEX work_open ON work (queue, repository) WHERE done = 0;
        CREATE INDEX work_leased ON work (worker) WHERE worker IS NOT NULL;
        CREATE TABLE writers (name TEXT PRIMARY KEY, worker INTEGER, leased_until INTEGER, epoch INTEGER NOT NULL) WITHOUT ROWID;
        """,
        """
        -- The number of commits of all writers, by which a commit whose answer was lost is recognised.
        ALTER TABLE writers ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;
        """,
    ];
}
