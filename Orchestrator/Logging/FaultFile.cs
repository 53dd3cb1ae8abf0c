namespace DataForge.Orchestrator.Logging;

/// <summary>
/// Keeps the stack trace of a fault in the program: in the workspace's folder <c>faults</c>, which an opt-out removes since a message may
/// name a repository, or in the temporary folder for a command without a workspace.
/// </summary>
internal static class FaultFile
{
    /// <summary>The folder in a workspace, relative to it.</summary>
    public const string FolderName = "faults";

    /// <summary>Writes a file; returns its path, or null if no file can be written.</summary>
    /// <param name="workspaceFolder">The command's workspace, which need not exist, or null.</param>
    /// <param name="command">The command.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="time">The clock.</param>
    public static string? Write(string? workspaceFolder, string command, Exception fault, TimeProvider time)
    {
        string name = $"dataforge-fault-{time.GetUtcNow():yyyyMMdd'T'HHmmss'.'fff'Z'}-{Environment.ProcessId}.log";
        string text = $"dataforge {ProgramVersion.Text} {command}\n{fault}\n";
        string? inWorkspace = Directory.Exists(workspaceFolder) ? Path.Combine(workspaceFolder, FolderName) : null;
        foreach (string folder in new[] { inWorkspace, Path.GetTempPath() }.OfType<string>())
        {
            try
            {
                Directory.CreateDirectory(folder);
                string path = Path.Combine(folder, name);
                File.WriteAllText(path, text);
                return path;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next folder may be writable.
            }
        }

        return null;
    }
}
