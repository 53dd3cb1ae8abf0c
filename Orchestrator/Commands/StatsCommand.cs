using System.CommandLine;
using DataForge.Corpus.Runs;
using DataForge.Inspection;
using DataForge.Inspection.Statistics;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>stats</c> is asked for.</summary>
/// <param name="Run">The run.</param>
/// <param name="AsJson">Whether the answer is JSON.</param>
internal sealed record StatsRequest(RunReference Run, bool AsJson);

/// <summary><c>stats</c>: a run's figures.</summary>
internal sealed class StatsCommand(CommandTerminal terminal) : ICommandHandler<StatsRequest>
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        return host.BindWithoutHost<StatsRequest>(
            new Command("stats", "Prints a run's statistics: funnel, licences, sizes, duplicates, repositories.")
            {
                CommonOptions.Workspace, CommonOptions.Run, json,
            },
            parsed => new(RunReference.Of(parsed), parsed.GetValue(json)),
            (terminal, _) => new StatsCommand(terminal));
    }

    /// <inheritdoc/>
    public Task RunAsync(StatsRequest request, CancellationToken cancellation)
    {
        RunStatistics statistics = RunStatistics.Of(InspectedRun.Open(request.Run.WorkspaceFolder, request.Run.RunName));
        if (request.AsJson)
        {
            using Stream output = terminal.OpenOutput();
            CanonicalJson.Write(output, statistics);
        }
        else
        {
            StatisticsTable.Write(statistics, terminal.Output);
        }

        return Task.CompletedTask;
    }
}
