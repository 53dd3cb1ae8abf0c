namespace DataForge.Service.Jobs;

/// <summary>How this same program is started again.</summary>
internal static class ThisProgram
{
    /// <summary>
    /// The file to start and the arguments before the program's own: by .NET where that was started, as in a source folder, else by its own
    /// start file.
    /// </summary>
    public static IReadOnlyList<string> Command { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet" or null
        ? [Environment.ProcessPath ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "DataForge.Orchestrator.dll")]
        : [Environment.ProcessPath!];
}
