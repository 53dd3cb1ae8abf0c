using DataForge.Corpus.Runs;

namespace DataForge.Corpus.OptOuts;

/// <summary>
/// Keeps an opt-out and everything else that works on a workspace apart: an opt-out holds the lock alone, all others share it. An opt-out that
/// was interrupted leaves its journal, and until it is finished nothing else works on the workspace.
/// </summary>
public static class OptOutLock
{
    /// <summary>The lock's file.</summary>
    public static string LockFile(string workspaceFolder) => Path.Combine(workspaceFolder, "optout.lock");

    /// <summary>The journal of an opt-out that has begun and not ended.</summary>
    public static string JournalFile(string workspaceFolder) => Path.Combine(workspaceFolder, "optout.journal.json");

    /// <summary>Ends a command that would read a workspace in the middle of an opt-out.</summary>
    /// <exception cref="DataForgeException">An opt-out has begun and not ended.</exception>
    public static void RefuseUnfinished(string workspaceFolder)
    {
        if (File.Exists(JournalFile(workspaceFolder)))
        {
            throw new DataForgeException(
                $"an opt-out of the workspace {workspaceFolder} was interrupted: run dataforge optout --workspace {workspaceFolder} "
                + "to finish it, then the same command again.");
        }
    }

    /// <summary>Shares the lock with others that work on the workspace; dispose it when done.</summary>
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
