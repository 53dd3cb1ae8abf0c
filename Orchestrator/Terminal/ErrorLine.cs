namespace DataForge.Orchestrator.Terminal;

/// <summary>The one line that says what went wrong and what to do.</summary>
internal static class ErrorLine
{
    // ENOSPC, as .NET carries it on Unix.
    private const int NoSpace = 28;

    public static void Write(string message) => Console.Error.WriteLine("dataforge: " + message.ReplaceLineEndings(" "));

    public static string Explain(IOException e) => e.HResult == NoSpace || e.Message.Contains("No space left", StringComparison.Ordinal)
        ? $"the disk is full ({e.Message}); nothing finished is lost: free some space and run the same command again."
        : $"{e.Message} Nothing finished is lost; mend it and run the same command again.";
}
