using System.CommandLine;
using DataForge.Cleaner;
using DataForge.Corpus.Runs;
using DataForge.Inspection;
using DataForge.Orchestrator.Hosting;

namespace DataForge.Orchestrator.Commands;

/// <summary>A command that runs one stage after the crawl.</summary>
internal static class StageCommand
{
    /// <summary>The command of a stage.</summary>
    /// <param name="host">Runs it.</param>
    /// <param name="stage">The stage, after which the command is named.</param>
    /// <param name="description">What the stage does, for the help.</param>
    /// <param name="more">Options that only this stage has.</param>
    public static Command Create(CommandHost host, string stage, string description, params Option[] more)
    {
        var command = new Command(stage, description);
        foreach (Option option in more)
        {
            command.Add(option);
        }

        command.WithPipelineOptions().SetAction((parsed, cancellation) =>
        {
            // These stages read what earlier ones wrote: a mistyped name must not create a run.
            if (stage is StageNames.Clean or StageNames.Dedup or StageNames.Report)
            {
                InspectedRun.RequireFolder(parsed.GetValue(CommonOptions.Workspace)!, parsed.GetValue(CommonOptions.Run)!);
            }

            PipelineRequest request = PipelineOptions.Request(parsed) with { Stages = [stage] };
            if (stage == StageNames.Clean && !request.HasPartsOf(stage))
            {
                CleanStage.Prepare();
            }

            return PipelineCommand.RunAsync(host, parsed, request, cancellation);
        });
        return command;
    }
}
