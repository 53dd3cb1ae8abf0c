using System.Data.Common;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The ledger of searches (tables <c>queries</c>, <c>windows</c>, <c>answers</c>; its repositories: <see cref="DiscoveredStore"/>).
/// </summary>
internal sealed class LedgerStore(CatalogConnection connection, WorkerStore workers, DiscoveredStore discovered, LeaseClock clock) : ILedger
{
    // A window takes about ten searches, and GitHub allows thirty a minute: 20 seconds. After thirty times that its reader is assumed dead.
    private static readonly TimeSpan WindowLease = TimeSpan.FromMinutes(10);

    private const string WindowColumns =
        "query, text, state, round, expected, seen, incomplete, searches, unsplittable, etag";

    /// <inheritdoc/>
    public int Begin(string query) => connection.RunInTransaction(isDurable: true, transaction =>
    {
        // The row is written before it is read, so that of two processes one waits for the other.
        transaction.Execute("INSERT INTO queries (query, round, closed) VALUES ($q, 0, 1) ON CONFLICT (query) DO NOTHING", ("$q", query));
        int opened = transaction.Execute("UPDATE queries SET round = round + 1, closed = 0 WHERE query = $q AND closed = 1", ("$q", query));
        if (opened > 0)
        {
            transaction.Execute(
                "UPDATE windows SET state = $open WHERE query = $q AND state = $done",
                ("$open", (int)WindowState.Open), ("$q", query), ("$done", (int)WindowState.Done));
            AddWindows(transaction, query, [""]);
        }

        return (int)transaction.Integer("SELECT round FROM queries WHERE query = $q", ("$q", query));
    });

    /// <inheritdoc/>
    public SearchWindow? Take(string query) => connection.Run(session =>
    {
        long worker = workers.Current(session);
        return Lease() ?? (workers.FreeEnded(session) ? Lease() : null);

        SearchWindow? Lease() => session.InTransaction(isDurable: false, transaction => transaction.Read(
            $"""
            WITH picked AS MATERIALIZED (
              SELECT number FROM windows
              WHERE query = $q AND state = 0 AND (worker IS NULL OR (worker <> $w AND leased_until <= $now))
              ORDER BY text LIMIT 1{transaction.Database.SkipLocked})
            UPDATE windows SET worker = $w, leased_until = $u FROM picked WHERE windows.number = picked.number
            RETURNING {WindowColumns}
            """,
            ReadWindow, ("$q", query), ("$w", worker), ("$now", clock.Now), ("$u", clock.ExpiryAfter(WindowLease))).FirstOrDefault());
    });

    /// <inheritdoc/>
    public void Release(SearchWindow window) => connection.Run(session =>
    {
        long worker = workers.Current(session);
        session.InTransaction(isDurable: false, transaction => transaction.Execute(
            "UPDATE windows SET worker = NULL, leased_until = NULL WHERE query = $q AND text = $t AND worker = $w",
            ("$q", window.Query), ("$t", window.Text), ("$w", worker)));
    });

    /// <inheritdoc/>
    public long OpenWindows(string query) =>
        connection.Run(session => session.Integer("SELECT COUNT(*) FROM windows WHERE query = $q AND state = 0", ("$q", query)));

    /// <inheritdoc/>
    public void Record(SearchWindow window, IReadOnlyList<string> children, IReadOnlyCollection<DiscoveredRepository> members)
    {
        if (window.State == WindowState.Open)
        {
            throw new ArgumentException("A window is recorded when it is split or done.", nameof(window));
        }

        connection.RunInTransaction(isDurable: true, transaction =>
        {
            long number = PutWindow(transaction, window);
            long query = transaction.Integer("SELECT number FROM queries WHERE query = $q", ("$q", window.Query));
            DiscoveredStore.Replace(transaction, query, number, members);
            AddWindows(transaction, window.Query, children);
        });
    }

    /// <inheritdoc/>
    public void Close(string query) =>
        connection.Run(session => session.Execute("UPDATE queries SET closed = 1 WHERE query = $q", ("$q", query)));

    /// <inheritdoc/>
    public (int Round, bool IsClosed) State(string query) => connection.Run(session => session.Read(
        "SELECT round, closed FROM queries WHERE query = $q", static reader => (reader.GetInt32(0), reader.GetInt64(1) != 0),
        ("$q", query))).FirstOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<string> Queries() =>
        connection.Run(session => session.Read("SELECT query FROM queries ORDER BY query", static reader => reader.GetString(0)));

    /// <inheritdoc/>
    public IEnumerable<SearchWindow> Windows(string query) => Paging.ReadAll<SearchWindow>(last => connection.Run(session => session.Read(
        $"SELECT {WindowColumns} FROM windows WHERE query = $q {(last is null ? "" : "AND text > $t ")}ORDER BY text LIMIT {Paging.Rows}",
        ReadWindow, last is null ? [("$q", query)] : [("$q", query), ("$t", last.Text)])));

    /// <inheritdoc/>
    public IReadOnlyList<DiscoveredRepository> Members(string query, string text) => discovered.InWindow(query, text);

    /// <inheritdoc/>
    public IEnumerable<DiscoveredRepository> Repositories(string query) => discovered.OfQuery(query);

    /// <inheritdoc/>
    public CachedResponse? FindResponse(string path) => connection.Run(session => session.Read(
        "SELECT etag, body FROM answers WHERE path = $p",
        static reader => new CachedResponse(reader.GetString(0), reader.GetFieldValue<byte[]>(1)), ("$p", path))).FirstOrDefault();

    /// <inheritdoc/>
    public void StoreResponse(string path, CachedResponse answer)
    {
        // Not durable: an answer lost in a power cut is requested again.
        connection.RunInTransaction(isDurable: false, transaction => transaction.Execute(
            """
            INSERT INTO answers (path, etag, body) VALUES ($p, $e, $b)
            ON CONFLICT (path) DO UPDATE SET etag = excluded.etag, body = excluded.body
            """,
            ("$p", path), ("$e", answer.ETag), ("$b", answer.Body)));
    }

    // Returns the window's number.
    private static long PutWindow(CatalogTransaction transaction, SearchWindow window) => transaction.Integer(
        """
        INSERT INTO windows (query, text, state, round, expected, seen, incomplete, searches, unsplittable, etag)
        VALUES ($q, $t, $s, (SELECT round FROM queries WHERE query = $q), $e, $n, $i, $c, $u, $g)
        ON CONFLICT (query, text) DO UPDATE SET
          state = excluded.state, round = excluded.round, expected = excluded.expected, seen = excluded.seen,
          incomplete = excluded.incomplete, searches = excluded.searches, unsplittable = excluded.unsplittable,
          etag = excluded.etag, worker = NULL, leased_until = NULL
        RETURNING number
        """,
        ("$q", window.Query), ("$t", window.Text), ("$s", (int)window.State), ("$e", window.Expected), ("$n", window.Seen),
        ("$i", window.IncompleteAnswers), ("$c", window.Searches), ("$u", window.IsUnsplittable ? 1 : 0), ("$g", window.ETag));

    private static void AddWindows(CatalogTransaction transaction, string query, IReadOnlyList<string> texts) =>
        transaction.Database.ExecuteMany(
            """
            INSERT INTO windows (query, text, state, round, expected, seen, incomplete, searches, unsplittable)
            VALUES ($q, $t, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (query, text) DO NOTHING
            """,
            ["$q", "$t"], texts.Select(text => new object?[] { query, text }));

    private static SearchWindow ReadWindow(DbDataReader reader) => new()
    {
        Query = reader.GetString(0),
        Text = reader.GetString(1),
        State = (WindowState)reader.GetInt32(2),
        Round = reader.GetInt32(3),
        Expected = reader.GetInt64(4),
        Seen = reader.GetInt64(5),
        IncompleteAnswers = reader.GetInt32(6),
        Searches = reader.GetInt32(7),
        IsUnsplittable = reader.GetInt64(8) != 0,
        ETag = reader.TextOrNull(9),
    };
}
