namespace DataForge.Crawler.GitHub;

/// <summary>
/// The windows of each query, and the repositories that they held: the account of how complete a crawl is. It is also the list of windows
/// that still have to be read, so that a killed crawl continues there.
/// <para>A query is read in rounds. <see cref="Begin"/> opens the first round, with the whole query as its only window. A window is leased,
/// read, and recorded together with the windows into which it was split. The round is discovered when no window is open, and over when the
/// crawl that fetches the repositories calls <see cref="Close"/>. The next <see cref="Begin"/> opens the next round over the same windows.
/// Bounds never depend on the clock, so each round sends the same searches.</para>
/// <para>Each method is one transaction, durable when it returns, and thread-safe. Several processes may share a ledger.</para>
/// </summary>
public interface ILedger : IResponseCache
{
    /// <summary>
    /// Opens a round and returns its number, from 1. For a new query it is round 1, with one open window of text "". Where the last round
    /// was closed it is the next one, in which every <see cref="WindowState.Done"/> window is open again (counts, entity tag and members
    /// stay,
    /// <see cref="WindowState.Split"/> windows stay split). Otherwise it is the present round, unchanged.
    /// </summary>
    int Begin(string query);

    /// <summary>
    /// Leases the open window whose text is first in ordinal order among those that are not leased; null if there is none. The lease is
    /// held until the window is recorded or released, or the process ends; where processes cannot see each other end, until some minutes
    /// have passed. Where two processes read the same window nevertheless, it is recorded twice with the same result.
    /// </summary>
    SearchWindow? Take(string query);

    /// <summary>Ends the lease of a window that was not read.</summary>
    void Release(SearchWindow window);

    /// <summary>How many windows are open, leased ones included; 0 when the round is discovered.</summary>
    long OpenWindows(string query);

    /// <summary>
    /// Records a window that was read, replacing the row of the same query and text, with the number of the present round whatever
    /// <see cref="SearchWindow.Round"/> says, and ends its lease. A split window loses its members and gets its children as open windows (a
    /// child that exists already is not changed). A window that was read through has exactly the members given.
    /// </summary>
    /// <param name="window">The row; its state is <see cref="WindowState.Split"/> or <see cref="WindowState.Done"/>.</param>
    /// <param name="children">The texts of the windows that replace it; empty unless it was split.</param>
    /// <param name="members">The repositories seen, each id once; empty if it was split.</param>
    void Record(SearchWindow window, IReadOnlyList<string> children, IReadOnlyCollection<DiscoveredRepository> members);

    /// <summary>Closes the round, after everything that it found was processed: the next <see cref="Begin"/> opens another.</summary>
    void Close(string query);

    /// <summary>The number of the present round, 0 if there is none, and whether it is closed.</summary>
    (int Round, bool IsClosed) State(string query);

    /// <summary>Every query of which a round was opened, in ordinal order.</summary>
    IReadOnlyList<string> Queries();

    /// <summary>All windows of a query in ordinal order of their texts; streamed, as there may be 100,000.</summary>
    IEnumerable<SearchWindow> Windows(string query);

    /// <summary>The members of one window, in order of their ids.</summary>
    IReadOnlyList<DiscoveredRepository> Members(string query, string text);

    /// <summary>
    /// The repositories of all windows of a query, in order of their ids, each id once: where windows differ, the row with the latest
    /// <see cref="DiscoveredRepository.UpdatedAt"/>, then of the first window in ordinal order. Streamed, as there may be millions.
    /// </summary>
    IEnumerable<DiscoveredRepository> Repositories(string query);
}

/// <summary>
/// Responses cached for conditional requests, which do not count against the rate limit as long as nothing changed
/// (https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate).
/// Thread-safe.
/// </summary>
public interface IResponseCache
{
    /// <summary>The response cached for an address (path and query, without the host); null if there is none.</summary>
    CachedResponse? FindResponse(string path);

    /// <summary>Caches a response, replacing an earlier one.</summary>
    void StoreResponse(string path, CachedResponse answer);
}
