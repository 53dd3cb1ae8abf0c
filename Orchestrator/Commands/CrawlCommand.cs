using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Logging;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>crawl</c>: reads the sources, or with <c>--status</c> says how complete the crawl is.</summary>
internal static class CrawlCommand
{
    private static readonly Option<bool> Status = new("--status")
    {
        Description = "Prints how complete the crawl of github: queries is, and what is missing; crawls nothing.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Prints the status as JSON." };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Command command = new Command(StageNames.Crawl, "Reads the sources into the workspace and pins the run's input.")
        {
            PipelineOptions.Sources, PipelineCommand.Schedule, Status, Json,
        }.WithPipelineOptions();
        command.SetAction(async (parsed, cancellation) =>
        {
            PipelineRequest request = PipelineOptions.Request(parsed);
            if (parsed.GetValue(Status))
            {
                CrawlStatusCommand.RequireWorkspace(request.WorkspaceFolder);
                await host.RunAsync<CrawlStatusCommand, CrawlStatusRequest>(
                    LogSettings.Of(parsed), new(request, parsed.GetValue(Json)),
                    services => CrawlStatusCommand.Register(services, request), cancellation).ConfigureAwait(false);
                return 0;
            }

            if (parsed.GetValue(Json))
            {
                throw DataForgeException.Usage("--json goes with --status; a crawl itself writes no JSON.");
            }

            // A crawl takes what is in the sources now; a build keeps the input that its run is pinned to.
            return await PipelineCommand.RunAsync(host, parsed, request with { Stages = [StageNames.Crawl], Repin = true }, cancellation)
                .ConfigureAwait(false);
        });
        return command;
    }
}
