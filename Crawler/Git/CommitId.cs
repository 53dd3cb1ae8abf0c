namespace DataForge.Crawler.Git;

/// <summary>A commit's id: SHA-1 in lower-case hexadecimal digits.</summary>
internal static class CommitId
{
    /// <summary>Its digits.</summary>
    public const int Length = 40;

    /// <summary>Whether a text is one.</summary>
    public static bool IsValid(string text) => text.Length == Length && text.All(char.IsAsciiHexDigitLower);
}
