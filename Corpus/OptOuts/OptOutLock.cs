using DataForge.Corpus.Runs;

namespace DataForge.Corpus.OptOuts;

/// <summary>
/// Keeps an opt-out apart from everything else that works on a workspace: an opt-out holds the lock exclusively, all others share it. An
/// interrupted opt-out leaves its journal, and until it is finished nothing else may work on the workspace.
/// </summary>
public static class OptOutLock
{
    /// <summary>The path of the lock file.</summary>
    public static string LockFile(string workspaceFolder) => Path.Combine(workspaceFolder, "optout.lock");

    /// <summary>The path of the journal, which exists while an opt-out is unfinished.</summary>
    public static string JournalFile(string workspaceFolder) => Path.Combine(workspaceFolder, "optout.journal.json");

    /// <summary>Throws if an opt-out of the workspace is unfinished.</summary>
    /// <exception cref="DataForgeException">An opt-out was interrupted.</exception>
    public static void RefuseUnfinished(string workspaceFolder)
    {
        if (File.Exists(JournalFile(workspaceFolder)))
        {
            throw new DataForgeException(
                $"an opt-out of the workspace {workspaceFolder} was interrupted: run dataforge optout --workspace {workspaceFolder} "
                + "to finish it, then the same command again.");
        }
    }

    /// <summary>Acquires the lock in shared mode; dispose it when done.</summary>
    /// <exception cref="DataForgeException">An opt-out is being applied, or was interrupted.</exception>
    public static FileLock Share(Workspace workspace)
    {
        FileLock held = FileLock.TryShare(LockFile(workspace.Folder))
            ?? throw new DataForgeException(
                $"an opt-out is being applied to the workspace {workspace.Folder}: let it end, then run the same command again.");
        try
        {
            RefuseUnfinished(workspace.Folder);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }
}
