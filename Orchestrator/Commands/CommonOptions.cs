using System.CommandLine;

namespace DataForge.Orchestrator.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary><c>--workspace</c>.</summary>
    public static Option<string> Workspace { get; } = new("--workspace")
    {
        Description = "The folder that holds what was crawled, and the runs.", DefaultValueFactory = _ => "./workspace", HelpName = "DIR",
    };

    /// <summary><c>--run</c>.</summary>
    public static Option<string> Run { get; } = new("--run")
    {
        Description = "The run's name.", DefaultValueFactory = _ => "default", HelpName = "NAME",
    };

    /// <summary><c>--workers</c>.</summary>
    public static Option<int> Workers { get; } = new("--workers")
    {
        Description = "Parts computed at a time; changes no byte of the result. Default: one per core.",
        DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N",
    };
}
