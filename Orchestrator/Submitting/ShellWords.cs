namespace DataForge.Orchestrator.Submitting;

/// <summary>Command lines for a shell.</summary>
internal static class ShellWords
{
    /// <summary>Words as a shell reads them back, each in quotes.</summary>
    public static string Quote(IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
