using System.CommandLine;

namespace DataForge.Orchestrator.Commands;

/// <summary>The run that a command line names.</summary>
/// <param name="WorkspaceFolder">The workspace's folder.</param>
/// <param name="RunName">The run's name.</param>
internal readonly record struct RunReference(string WorkspaceFolder, string RunName)
{
    /// <summary>Reads <c>--workspace</c> and <c>--run</c>.</summary>
    public static RunReference Of(ParseResult parsed) =>
        new(parsed.GetValue(CommonOptions.Workspace)!, parsed.GetValue(CommonOptions.Run)!);
}
