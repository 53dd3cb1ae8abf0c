using DataForge.Corpus.Runs;

namespace DataForge.Orchestrator.Commands;

/// <summary>What a command that runs stages is asked for.</summary>
/// <param name="WorkspaceFolder">The workspace's folder.</param>
/// <param name="RunName">The run's name.</param>
/// <param name="Workers">Parts computed at a time, from 1 to 1024.</param>
/// <param name="OptionsFile">A JSON file with options, or null.</param>
/// <param name="CommandLine">Options of the command line, as <c>Section:Option</c> and value.</param>
internal sealed record PipelineRequest(
    string WorkspaceFolder, string RunName, int Workers, string? OptionsFile, IReadOnlyList<KeyValuePair<string, string?>> CommandLine)
{
    /// <summary>The stages to run, in order.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>Where this process begins among a stage's parts, from 0 to below 1.</summary>
    public double FirstPart { get; init; }

    /// <summary>Whether the crawl takes what changed in the sources since the run was pinned.</summary>
    public bool Repin { get; init; }

    /// <summary>Whether the run has parts of a stage already, so that there may be nothing left to compute.</summary>
    /// <param name="stage">The stage.</param>
    public bool HasPartsOf(string stage) =>
        Directory.Exists(Path.Combine(Workspace.RunFolderOf(WorkspaceFolder, RunName), RunPaths.Manifest, stage));
}
