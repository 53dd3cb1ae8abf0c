using DataForge.Orchestrator.Commands;

namespace DataForge.Orchestrator.Submitting;

/// <summary>
/// The folder of a run's submitted jobs in the workspace: scripts, and what the tasks write. An opt-out removes it, since a message may
/// name a repository.
/// </summary>
internal static class JobFolder
{
    /// <summary>The folder of all runs' jobs, relative to the workspace.</summary>
    public const string Name = "jobs";

    /// <summary>The folder of a run's jobs, absolute.</summary>
    public static string Of(PipelineRequest build) => Path.Combine(Path.GetFullPath(build.WorkspaceFolder), Name, build.RunName);
}
