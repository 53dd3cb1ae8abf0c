namespace DataForge.Crawler.GitHub;

/// <summary>
/// What is known of each query's windows, and which repositories they held: the account of how complete a crawl is. It is also the list
/// of what is still to be read, so that a killed crawl goes on where it was.
/// <para>A query is read in rounds. <see cref="Begin"/> opens the first one, with the whole query as its only window; a window is taken,
/// read, and recorded together with the windows it was split into; the round is discovered when no window is open, and over when the
/// crawl that fetches the repositories says <see cref="Close"/>. The next <see cref="Begin"/> opens the next round over the same
/// windows. Bounds never depend on the clock, so that each round asks the same questions.</para>
/// <para>Each method is one transaction, durable when it returns, and safe from several threads; a ledger may be shared by several
/// processes.</para>
/// </summary>
public interface ILedger : IAnswerStore
{
    /// <summary>
    /// Opens a round and returns its number, from 1: of a query never seen, round 1 with one open window of text ""; where the last round
    /// was closed, the next one, in which every <see cref="WindowState.Done"/> window is open again (figures, entity tag and members
    /// stay, <see cref="WindowState.Split"/> windows stay split); otherwise the round under way, as it is.
    /// </summary>
    int Begin(string query);

    /// <summary>
    /// Leases the open window whose text is first in ordinal order among those nobody else has leased; null where there is none. The
    /// lease is held until the window is recorded or released, the process ends, or, where processes cannot see each other end, some
    /// minutes have passed. A window that two processes read after all is recorded twice with the same result.
    /// </summary>
    SearchWindow? Take(string query);

    /// <summary>Gives a leased window back unread.</summary>
    void Release(SearchWindow window);

    /// <summary>How many windows are open, leased ones included; 0 when the round is discovered.</summary>
    long OpenWindows(string query);

    /// <summary>
    /// Records a window that was read, in place of the row of the same query and text, with the current round's number whatever
    /// <see cref="SearchWindow.Round"/> says, and ends its lease. A split window loses its members and gets its children as open windows
    /// (a child that exists already stays as it is); a done one holds exactly the members given from now on.
    /// </summary>
    /// <param name="window">The row; its state is <see cref="WindowState.Split"/> or <see cref="WindowState.Done"/>.</param>
    /// <param name="children">The texts of the windows that take its place; empty unless it was split.</param>
    /// <param name="members">The repositories seen, each id once; empty where it was split.</param>
    void Record(SearchWindow window, IReadOnlyList<string> children, IReadOnlyCollection<DiscoveredRepository> members);

    /// <summary>Says that everything the round found has been dealt with: the next <see cref="Begin"/> opens another.</summary>
    void Close(string query);

    /// <summary>The current round's number, 0 where there is none, and whether it is closed.</summary>
    (int Round, bool IsClosed) State(string query);

    /// <summary>Every query that was ever begun, in ordinal order.</summary>
    IReadOnlyList<string> Queries();

    /// <summary>All windows of a query in ordinal order of their texts; read as they are asked for, since there may be 100,000.</summary>
    IEnumerable<SearchWindow> Windows(string query);

    /// <summary>The members of one window, in order of their ids.</summary>
    IReadOnlyList<DiscoveredRepository> Members(string query, string text);

    /// <summary>
    /// The repositories of all windows of a query, in order of their ids, each id once: where windows differ, the row with the latest
    /// <see cref="DiscoveredRepository.UpdatedAt"/>, then of the first window in ordinal order. Read as they are asked for: there may be
    /// millions.
    /// </summary>
    IEnumerable<DiscoveredRepository> Repositories(string query);
}

/// <summary>Answers kept for conditional requests, which cost no quota as long as nothing changed. Safe from several threads.</summary>
public interface IAnswerStore
{
    /// <summary>The answer kept for an address (path and query, without the host); null where there is none.</summary>
    ConditionalAnswer? FindAnswer(string path);

    /// <summary>Keeps an answer in place of an earlier one.</summary>
    void StoreAnswer(string path, ConditionalAnswer answer);
}
