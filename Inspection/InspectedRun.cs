using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection;

/// <summary>Opens runs for commands that only read them: a mistyped name must not create a workspace or a run.</summary>
internal static class InspectedRun
{
    /// <summary>Checks that a run's folder exists.</summary>
    /// <exception cref="DataForgeException">There is no such workspace or run.</exception>
    public static void RequireFolder(string workspaceFolder, string name)
    {
        if (!Directory.Exists(workspaceFolder))
        {
            throw DataForgeException.Usage(
                $"There is no workspace {workspaceFolder}; name one that exists with --workspace, or begin with dataforge build.");
        }

        string runsFolder = Workspace.RunsFolderOf(workspaceFolder);
        if (!Directory.Exists(Path.Combine(runsFolder, name)))
        {
            string[] runs = Directory.Exists(runsFolder) ? [.. Workspace.Open(workspaceFolder).RunNames()] : [];
            string others = runs.Length is > 0 and <= 10 ? $"; it has {string.Join(", ", runs)}" : "";
            throw DataForgeException.Usage($"The workspace {workspaceFolder} has no run '{name}'{others}. Name one with --run.");
        }
    }

    /// <summary>Opens a run.</summary>
    /// <exception cref="DataForgeException">
    /// There is no such run, nothing was built in it, it is of another version, or an opt-out of its workspace is unfinished.
    /// </exception>
    public static Run Open(string workspaceFolder, string name)
    {
        RequireFolder(workspaceFolder, name);
        if (!Directory.Exists(Path.Combine(Workspace.RunFolderOf(workspaceFolder, name), RunPaths.Manifest)))
        {
            throw DataForgeException.Usage($"Nothing was built in the run '{name}' yet: run dataforge build, or a stage of it.");
        }

        OptOutLock.RefuseUnfinished(workspaceFolder);
        return Run.Open(Workspace.Open(workspaceFolder), name);
    }
}
