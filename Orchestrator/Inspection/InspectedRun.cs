using System.Runtime.CompilerServices;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

// How long an answer takes is measured from inside.
[assembly: InternalsVisibleTo("DataForge.EndToEnd.Tests")]

namespace DataForge.Orchestrator.Inspection;

/// <summary>Opens a run to look at it, never to make one.</summary>
internal static class InspectedRun
{
    /// <exception cref="DataForgeException">There is no such run, or it is of another version.</exception>
    public static Run Open(string workspaceFolder, string name)
    {
        if (!Directory.Exists(Path.Combine(workspaceFolder, "runs", name, "manifest")))
        {
            throw DataForgeException.Usage($"The workspace {workspaceFolder} has no run '{name}' that anything was built in; name another with --workspace and --run.");
        }

        OptOut.OptOutJournal.RefuseUnfinished(workspaceFolder);
        return Run.Open(Workspace.Open(workspaceFolder), name);
    }
}
