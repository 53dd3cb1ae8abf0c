namespace DataForge.Forge.Search;

/// <summary>A query that GitHub refuses with 422.</summary>
public sealed class SearchException(string message, string code = "invalid") : Exception(message)
{
    /// <summary>GitHub's code of the error.</summary>
    public string Code { get; } = code;
}
