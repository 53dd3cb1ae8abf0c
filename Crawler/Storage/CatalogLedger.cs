using System.Data.Common;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Storage;

/// <summary>The ledger of searches (<see cref="ILedger"/>).</summary>
internal sealed partial class Catalog : ILedger
{
    // A window is some ten searches, of which a minute allows thirty; after this long its reader is taken for gone.
    private static readonly TimeSpan WindowLease = TimeSpan.FromMinutes(10);

    // Rows read at a time of what may be long; between them the catalog is free for others.
    private const int PageRows = 1000;

    private const string WindowColumns =
        "query, text, state, round, expected, seen, incomplete, searches, unsplittable, etag";

    /// <inheritdoc/>
    public int Begin(string query) => Change(isDurable: true, () =>
    {
        // The row is written before it is read, so that of two processes one waits for the other.
        Execute("INSERT INTO queries (query, round, closed) VALUES ($q, 0, 1) ON CONFLICT (query) DO NOTHING", ("$q", query));
        int opened = Execute("UPDATE queries SET round = round + 1, closed = 0 WHERE query = $q AND closed = 1", ("$q", query));
        if (opened > 0)
        {
            Execute(
                "UPDATE windows SET state = $open WHERE query = $q AND state = $done",
                ("$open", (int)WindowState.Open), ("$q", query), ("$done", (int)WindowState.Done));
            AddWindows(query, [""]);
        }

        return (int)Number("SELECT round FROM queries WHERE query = $q", ("$q", query));
    });

    /// <inheritdoc/>
    public SearchWindow? Take(string query) => Do(() =>
    {
        long worker = Worker();
        return Lease() ?? (FreeEndedWorkers() ? Lease() : null);

        SearchWindow? Lease() => Change(isDurable: false, () => Read(
            $"""
            WITH picked AS MATERIALIZED (
              SELECT number FROM windows
              WHERE query = $q AND state = 0 AND (worker IS NULL OR (worker <> $w AND leased_until <= $now))
              ORDER BY text LIMIT 1{_database.SkipLocked})
            UPDATE windows SET worker = $w, leased_until = $u FROM picked WHERE windows.number = picked.number
            RETURNING {WindowColumns}
            """,
            ReadWindow, ("$q", query), ("$w", worker), ("$now", Now()), ("$u", Until(WindowLease))).FirstOrDefault());
    });

    /// <inheritdoc/>
    public void Release(SearchWindow window) => Do(() =>
    {
        long worker = Worker();
        return Change(isDurable: false, () => Execute(
            "UPDATE windows SET worker = NULL, leased_until = NULL WHERE query = $q AND text = $t AND worker = $w",
            ("$q", window.Query), ("$t", window.Text), ("$w", worker)));
    });

    /// <inheritdoc/>
    public long OpenWindows(string query) => Number("SELECT COUNT(*) FROM windows WHERE query = $q AND state = 0", ("$q", query));

    /// <inheritdoc/>
    public void Record(SearchWindow window, IReadOnlyList<string> children, IReadOnlyCollection<DiscoveredRepository> members)
    {
        if (window.State == WindowState.Open)
        {
            throw new ArgumentException("A window is recorded when it is split or done.", nameof(window));
        }

        Change(isDurable: true, () =>
        {
            long number = Number(
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
            Execute("DELETE FROM members WHERE window_number = $n", ("$n", number));
            AddMembers(Number("SELECT number FROM queries WHERE query = $q", ("$q", window.Query)), number, members);
            AddWindows(window.Query, children);
        });
    }

    /// <inheritdoc/>
    public void Close(string query) => Execute("UPDATE queries SET closed = 1 WHERE query = $q", ("$q", query));

    /// <inheritdoc/>
    public (int Round, bool IsClosed) State(string query) => Read(
        "SELECT round, closed FROM queries WHERE query = $q", static reader => (reader.GetInt32(0), reader.GetInt64(1) != 0), ("$q", query)).FirstOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<string> Queries() => Read("SELECT query FROM queries ORDER BY query", static reader => reader.GetString(0));

    /// <inheritdoc/>
    public IEnumerable<SearchWindow> Windows(string query)
    {
        for (string? last = null; ;)
        {
            List<SearchWindow> page = Read(
                $"SELECT {WindowColumns} FROM windows WHERE query = $q {(last is null ? "" : "AND text > $t ")}ORDER BY text LIMIT {PageRows}",
                ReadWindow, last is null ? [("$q", query)] : [("$q", query), ("$t", last)]);
            foreach (SearchWindow window in page)
            {
                yield return window;
            }

            if (page.Count < PageRows)
            {
                yield break;
            }

            last = page[^1].Text;
        }
    }

    /// <inheritdoc/>
    public ConditionalAnswer? FindAnswer(string path) => Read(
        "SELECT etag, body FROM answers WHERE path = $p",
        static reader => new ConditionalAnswer(reader.GetString(0), reader.GetFieldValue<byte[]>(1)), ("$p", path)).FirstOrDefault();

    /// <inheritdoc/>
    public void StoreAnswer(string path, ConditionalAnswer answer) => Change(isDurable: false, () =>
    {
        // An answer lost to a power cut is asked for again.
        Execute(
            "INSERT INTO answers (path, etag, body) VALUES ($p, $e, $b) ON CONFLICT (path) DO UPDATE SET etag = excluded.etag, body = excluded.body",
            ("$p", path), ("$e", answer.ETag), ("$b", answer.Body));
    });

    private void AddWindows(string query, IReadOnlyList<string> texts) => _database.ExecuteMany(
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
        ETag = reader.IsDBNull(9) ? null : reader.GetString(9),
    };
}
