using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.GitHub;

/// <summary>How complete the crawl of one query is.</summary>
public sealed record QueryStatus
{
    /// <summary>The query.</summary>
    public required string Query { get; init; }

    /// <summary>The number of the present or last round.</summary>
    public int Round { get; init; }

    /// <summary><c>discovering</c>, <c>discovered</c> (its repositories are being fetched) or <c>complete</c>.</summary>
    public required string State { get; init; }

    /// <summary>Windows that were read, or have to be.</summary>
    public long Windows { get; init; }

    /// <summary>Windows that still have to be read in this round.</summary>
    public long OpenWindows { get; init; }

    /// <summary>Windows that were split.</summary>
    public long SplitWindows { get; init; }

    /// <summary>Searches that were needed to read every window the last time.</summary>
    public long Searches { get; init; }

    /// <summary>Repositories that exist, summed over the windows that were read.</summary>
    public long Expected { get; init; }

    /// <summary>
    /// Results of the whole query when it was last searched for; 0 before. The estimate of the total while windows are open.
    /// </summary>
    public long Whole { get; init; }

    /// <summary>Repositories seen, summed over the same windows; each repository is in one window as long as nothing changes.</summary>
    public long Seen { get; init; }

    /// <summary>Repositories that are known to exist and were not seen.</summary>
    public long Shortfall { get; init; }

    /// <summary>
    /// Results that split windows had and that the windows in their place, read in the same round, do not have: because a bound leaves
    /// something out, or because something changed meanwhile. Not counted in the shortfall.
    /// </summary>
    public long LostInSplits { get; init; }

    /// <summary>Responses that stayed incomplete (<c>incomplete_results</c>).</summary>
    public long IncompleteAnswers { get; init; }

    /// <summary>Windows that lack repositories, had incomplete answers, or cannot be split, in ordinal order of their texts.</summary>
    public IReadOnlyList<WindowStatus> Lacking { get; init; } = [];
}

/// <summary>A window that may lack repositories.</summary>
/// <param name="Window">Its bounds, as qualifiers (<see cref="SearchWindow.Text"/>).</param>
/// <param name="Expected">Repositories that exist.</param>
/// <param name="Seen">Repositories that were seen.</param>
/// <param name="Shortfall">Repositories that exist and were not seen.</param>
/// <param name="IncompleteAnswers">Responses that stayed incomplete.</param>
/// <param name="IsUnsplittable">Whether it has too many results and cannot be split further.</param>
public sealed record WindowStatus(string Window, long Expected, long Seen, long Shortfall, int IncompleteAnswers, bool IsUnsplittable);

/// <summary>How complete the crawl of all <c>github:</c> queries is, and what is missing; read from the ledger alone.</summary>
public sealed record CrawlStatus
{
    // The text is for a terminal; the JSON has all windows.
    private const int ShownWindows = 50;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>One entry for each query, in ordinal order.</summary>
    public IReadOnlyList<QueryStatus> Queries { get; init; } = [];

    /// <summary>
    /// Repositories by their status when they were last requested (present, empty, vanished, private, blocked, moved, failed), of all
    /// queries together; those that were found and not fetched yet are not counted.
    /// </summary>
    public IReadOnlyDictionary<string, long> Repositories { get; init; } = new SortedDictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Reads the status of a workspace; empty if nothing was crawled into it.</summary>
    /// <exception cref="DataForgeException">The catalog is of a later version, or its server cannot be reached.</exception>
    public static CrawlStatus Of(Workspace workspace, CrawlOptions options)
    {
        CatalogAddress address = CatalogAddress.Parse(options.Catalog, workspace.CatalogFile);
        if (!Catalog.Exists(address))
        {
            return new CrawlStatus();
        }

        using Catalog catalog = Catalog.OpenToRead(address, TimeProvider.System);
        return Read(catalog.Ledger) with
        {
            Repositories = new SortedDictionary<string, long>(
                catalog.States.CountByStatus().ToDictionary(state => state.Status.ToString().ToLowerInvariant(), state => state.Count),
                StringComparer.Ordinal),
        };
    }

    /// <summary>Reads the status of each query from a ledger.</summary>
    public static CrawlStatus Read(ILedger ledger) => new() { Queries = [.. ledger.Queries().Select(query => Read(ledger, query))] };

    /// <summary>The status as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StatusJson.Default.CrawlStatus);

    /// <summary>The status as text for a terminal, with the first 50 incomplete windows of each query.</summary>
    public string ToText()
    {
        if (Queries.Count == 0)
        {
            return "no github: query was crawled into this workspace yet\n";
        }

        var text = new StringBuilder();
        foreach (QueryStatus query in Queries)
        {
            AppendQuery(text, query);
        }

        if (Repositories.Count > 0)
        {
            text.Append("repositories asked for: ")
                .AppendJoin(", ", Repositories.Select(pair => string.Create(Invariant, $"{pair.Value:N0} {pair.Key}"))).Append('\n');
        }

        return text.ToString();
    }

    private static void AppendQuery(StringBuilder text, QueryStatus query)
    {
        string share = query.Expected > 0 ? ((double)query.Seen / query.Expected).ToString("P2", Invariant)
            : query.OpenWindows > 0 ? "not asked yet" : "nothing matches";
        string total = query.OpenWindows > 0 && query.Whole > query.Expected
            ? string.Create(Invariant, $" so far, of about {query.Whole:N0} in all")
            : "";
        long read = query.Windows - query.OpenWindows;
        text.Append(Invariant, $"{query.Query}\n")
            .Append(Invariant, $"  round {query.Round}, {query.State}: {read:N0} of {query.Windows:N0} windows read, ")
            .Append(Invariant, $"{query.SplitWindows:N0} split, {query.Searches:N0} searches\n")
            .Append(Invariant, $"  expected {query.Expected:N0}{total}, seen {query.Seen:N0} ({share}), missing {query.Shortfall:N0}, ")
            .Append(Invariant, $"incomplete answers {query.IncompleteAnswers:N0}, lost in splits {query.LostInSplits:N0}\n");
        foreach (WindowStatus window in query.Lacking.Take(ShownWindows))
        {
            text.Append(Invariant, $"    {(window.Window.Length == 0 ? "the whole query" : window.Window)}: ")
                .Append(Invariant, $"{window.Seen:N0} of {window.Expected:N0}, missing {window.Shortfall:N0}")
                .Append(window.IsUnsplittable ? ", cannot be split further" : "")
                .Append(window.IncompleteAnswers > 0 ? $", {window.IncompleteAnswers} incomplete answers" : "").Append('\n');
        }

        if (query.Lacking.Count > ShownWindows)
        {
            text.Append(Invariant, $"    and {query.Lacking.Count - ShownWindows:N0} windows more\n");
        }
    }

    private static QueryStatus Read(ILedger ledger, string key)
    {
        (int round, bool isClosed) = ledger.State(key);
        var status = new QueryStatus { Query = key, Round = round, State = "discovering" };
        List<WindowStatus> lacking = [];
        Dictionary<string, SearchWindow> all = new(StringComparer.Ordinal);
        foreach (SearchWindow window in ledger.Windows(key))
        {
            all.Add(window.Text, window);
            status = Add(status, window);
            if (window.State != WindowState.Split && (window.Shortfall > 0 || window.IncompleteAnswers > 0 || window.IsUnsplittable))
            {
                lacking.Add(new WindowStatus(
                    window.Text, window.Expected, window.Seen, window.Shortfall, window.IncompleteAnswers, window.IsUnsplittable));
            }
        }

        return status with
        {
            State = status.OpenWindows > 0 ? "discovering" : isClosed ? "complete" : "discovered",
            Lacking = lacking,
            Whole = all.TryGetValue("", out SearchWindow? whole) ? whole.Expected : 0,
            LostInSplits = CountLost(SearchQuery.Parse(key), all),
        };
    }

    private static QueryStatus Add(QueryStatus status, SearchWindow window)
    {
        bool isSplit = window.State == WindowState.Split;
        return status with
        {
            Windows = status.Windows + (isSplit ? 0 : 1),
            OpenWindows = status.OpenWindows + (window.State == WindowState.Open ? 1 : 0),
            SplitWindows = status.SplitWindows + (isSplit ? 1 : 0),
            Searches = status.Searches + window.Searches,
            Expected = status.Expected + (isSplit ? 0 : window.Expected),
            Seen = status.Seen + (isSplit ? 0 : window.Seen),
            Shortfall = status.Shortfall + window.Shortfall,
            IncompleteAnswers = status.IncompleteAnswers + (isSplit ? 0 : window.IncompleteAnswers),
        };
    }

    private static long CountLost(SearchQuery query, Dictionary<string, SearchWindow> all)
    {
        long lost = 0;
        foreach (SearchWindow window in all.Values.Where(window => window.State == WindowState.Split))
        {
            long difference = window.Expected;
            foreach (string child in query.Split(window.Text))
            {
                bool isComparable = all.TryGetValue(child, out SearchWindow? part) && part.Round == window.Round;
                difference = isComparable ? difference - part!.Expected : long.MinValue / 2;
            }

            lost += Math.Max(0, difference);
        }

        return lost;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CrawlStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
