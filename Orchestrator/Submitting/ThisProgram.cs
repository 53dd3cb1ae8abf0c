namespace DataForge.Orchestrator.Submitting;

/// <summary>How this same program is started again.</summary>
internal static class ThisProgram
{
    /// <summary>The program's file and the arguments before its own: by .NET where that was started, else its own start file.</summary>
    public static IReadOnlyList<string> Command { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet" or null
        ? [Environment.ProcessPath ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "DataForge.Orchestrator.dll")]
        : [Environment.ProcessPath!];

    /// <summary>A command line for a shell.</summary>
    public static string Quote(IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
