namespace DataForge.Crawler.GitHub;

/// <summary>A repository search as the user wrote it.</summary>
public sealed class SearchQuery
{
    /// <summary>The query in its normal form, which is its key in the ledger.</summary>
    public string Key { get; private init; } = "";
}
