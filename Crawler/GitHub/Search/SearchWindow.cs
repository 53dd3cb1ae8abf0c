namespace DataForge.Crawler.GitHub;

/// <summary>Where a search window stands.</summary>
public enum WindowState
{
    /// <summary>To be read in this round.</summary>
    Open,

    /// <summary>It had more results than a search gives; its children take its place, in this round and the next ones.</summary>
    Split,

    /// <summary>Read in this round.</summary>
    Done,
}

/// <summary>
/// A part of a query that is small enough to be read, or was split into such: one row of the ledger. The figures are those of the last
/// time it was read; in an <see cref="WindowState.Open"/> window they are of an earlier round, or 0.
/// </summary>
public sealed record SearchWindow
{
    /// <summary>The query it is a part of (<see cref="SearchQuery.Key"/>).</summary>
    public required string Query { get; init; }

    /// <summary>
    /// The bounds, as qualifiers: <c>created:2015-02-01T00:00:00Z..2015-02-01T11:59:59Z</c>, then <c>pushed:</c> and <c>stars:</c> where
    /// these were split too; "" for the whole query. With <see cref="Query"/> the row's key.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>Where it stands.</summary>
    public WindowState State { get; init; }

    /// <summary>The round that last recorded it, from 1; 0 where none did yet.</summary>
    public int Round { get; init; }

    /// <summary>Results there are, by the highest <c>total_count</c> of the last reading.</summary>
    public long Expected { get; init; }

    /// <summary>Different repositories seen; 0 in a split window.</summary>
    public long Seen { get; init; }

    /// <summary>Answers that said <c>incomplete_results</c> even when they were asked for again.</summary>
    public int IncompleteAnswers { get; init; }

    /// <summary>Searches that the last reading took.</summary>
    public int Searches { get; init; }

    /// <summary>It has more results than a search gives, and no bound left to split: one second of creation and push, one number of stars.</summary>
    public bool IsUnsplittable { get; init; }

    /// <summary>The entity tag of its first page, by which the next round asks whether anything changed; null where there was none.</summary>
    public string? ETag { get; init; }

    /// <summary>Repositories known to exist and not seen; 0 in a split window, whose children have their own.</summary>
    public long Shortfall => State == WindowState.Split ? 0 : Math.Max(0, Expected - Seen);
}

/// <summary>An answer kept for conditional requests.</summary>
/// <param name="ETag">The entity tag, with quotes and the weak mark, as the server sent it.</param>
/// <param name="Body">The answer as the client's own model, UTF-8 JSON of at most some KiB.</param>
public sealed record ConditionalAnswer(string ETag, byte[] Body);
