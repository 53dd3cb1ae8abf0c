namespace DataForge.Orchestrator.Terminal;

/// <summary>The one line that says what went wrong and what to do.</summary>
internal static class ErrorLine
{
    // The errno ENOSPC, which .NET on Unix puts into HResult.
    private const int NoSpace = 28;

    /// <summary>Writes the line.</summary>
    public static void Write(TextWriter error, string message) => error.WriteLine("dataforge: " + message.ReplaceLineEndings(" "));

    /// <summary>What to do about a fault of the file system.</summary>
    public static string Explain(IOException e) => e.HResult == NoSpace || e.Message.Contains("No space left", StringComparison.Ordinal)
        ? $"the disk is full ({e.Message}); completed work is kept: free some space and run the same command again."
        : $"{e.Message} Completed work is kept; correct this and run the same command again.";
}
