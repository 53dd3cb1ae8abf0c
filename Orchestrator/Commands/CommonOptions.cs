using System.CommandLine;
using System.CommandLine.Parsing;
using DataForge.Corpus;

namespace DataForge.Orchestrator.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary>The workspace of a command that names none.</summary>
    public const string DefaultWorkspace = "./workspace";

    /// <summary>The most that <c>--workers</c> takes.</summary>
    public const int MostWorkers = 1024;

    /// <summary><c>--workspace</c>.</summary>
    public static Option<string> Workspace { get; } = new("--workspace")
    {
        Description = "The folder of the crawled data and the runs.", DefaultValueFactory = _ => DefaultWorkspace, HelpName = "DIR",
        CustomParser = static result => Folder(result),
    };

    /// <summary><c>--run</c>.</summary>
    public static Option<string> Run { get; } = new("--run")
    {
        Description = "The run's name.", DefaultValueFactory = _ => "default", HelpName = "NAME",
    };

    /// <summary><c>--workers</c>.</summary>
    public static Option<int> Workers { get; } = new("--workers")
    {
        Description = "How many parts are computed at the same time; the result has the same bytes. Default: one per core.",
        DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N",
    };

    private static string? Folder(ArgumentResult given)
    {
        try
        {
            return HomePath.Expand(given.Tokens[0].Value);
        }
        catch (DataForgeException e)
        {
            given.AddError(e.Message);
            return null;
        }
    }
}
