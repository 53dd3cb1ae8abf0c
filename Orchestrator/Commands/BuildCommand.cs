using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>build</c>: runs all stages, or those up to one.</summary>
internal static class BuildCommand
{
    private static readonly Option<string> Until = new("--until")
    {
        Description = $"The last stage to run: {string.Join(", ", StageNames.All)}.",
        DefaultValueFactory = _ => StageNames.Report, HelpName = "STAGE",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Command command = new Command("build", "Runs all stages, from the sources to the report.")
        {
            PipelineOptions.Sources, Until, PipelineCommand.Schedule,
        }.WithPipelineOptions();
        command.SetAction((parsed, cancellation) =>
        {
            string until = parsed.GetValue(Until)!;
            if (!StageNames.All.Contains(until))
            {
                throw DataForgeException.Usage($"--until {until}: the stages are {string.Join(", ", StageNames.All)}.");
            }

            string[] stages = [.. StageNames.All.TakeWhile(stage => stage != until), until];
            return PipelineCommand.RunAsync(host, parsed, PipelineOptions.Request(parsed) with { Stages = stages }, cancellation);
        });
        return command;
    }
}
