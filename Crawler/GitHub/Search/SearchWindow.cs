namespace DataForge.Crawler.GitHub;

/// <summary>The state of a search window.</summary>
public enum WindowState
{
    /// <summary>It has to be read in this round.</summary>
    Open,

    /// <summary>It had more results than a search returns; its children replace it, in this round and the next ones.</summary>
    Split,

    /// <summary>It was read in this round.</summary>
    Done,
}

/// <summary>
/// A part of a query that is small enough to be read, or that was split into such parts: one row of the ledger. The counts are those of its
/// last reading; in an <see cref="WindowState.Open"/> window they are of an earlier round, or 0.
/// </summary>
public sealed record SearchWindow
{
    /// <summary>The query it is a part of (<see cref="SearchQuery.Key"/>).</summary>
    public required string Query { get; init; }

    /// <summary>
    /// The bounds, as qualifiers: <c>created:2015-02-01T00:00:00Z..2015-02-01T11:59:59Z</c>, then <c>pushed:</c> and <c>stars:</c> where
    /// these were split too; "" for the whole query. Together with <see cref="Query"/> it is the row's key.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>Its state.</summary>
    public WindowState State { get; init; }

    /// <summary>The round in which it was last recorded, from 1; 0 if it was not yet.</summary>
    public int Round { get; init; }

    /// <summary>How many results exist: the highest <c>total_count</c> of the last reading.</summary>
    public long Expected { get; init; }

    /// <summary>Different repositories seen; 0 in a split window.</summary>
    public long Seen { get; init; }

    /// <summary>Responses that said <c>incomplete_results</c> even when the request was repeated.</summary>
    public int IncompleteAnswers { get; init; }

    /// <summary>Searches that the last reading needed.</summary>
    public int Searches { get; init; }

    /// <summary>
    /// Whether it has more results than a search returns and cannot be split further: one second of creation and push, one number of stars.
    /// </summary>
    public bool IsUnsplittable { get; init; }

    /// <summary>
    /// The entity tag of its first page, with which the next round asks whether anything changed; null if there is none.
    /// </summary>
    public string? ETag { get; init; }

    /// <summary>Repositories that are known to exist and were not seen; 0 in a split window, whose children have their own.</summary>
    public long Shortfall => State == WindowState.Split ? 0 : Math.Max(0, Expected - Seen);
}

/// <summary>A response cached for conditional requests.</summary>
/// <param name="ETag">The entity tag, with quotes and weakness prefix, as the server sent it.</param>
/// <param name="Body">The response as the client's own model, in UTF-8 JSON of a few KiB at most.</param>
public sealed record CachedResponse(string ETag, byte[] Body);
