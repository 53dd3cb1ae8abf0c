using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>build</c>: runs all stages, or those up to one.</summary>
internal static class BuildCommand
{
    /// <summary><c>--until</c>.</summary>
    public static Option<string> Until { get; } = new("--until")
    {
        Description = $"The last stage to run: {string.Join(", ", StageNames.All)}.",
        DefaultValueFactory = _ => StageNames.Report, HelpName = "STAGE",
    };

    private static readonly Option<bool> Scheduled = new("--scheduled")
    {
        Description = "The service starts this build: it takes what changed since the last one, and stops at the end of standard input.",
        Hidden = true,
    };

    private static readonly Option<bool> Heartbeat = new("--heartbeat")
    {
        Description = "With --scheduled: the service writes to standard input every second, and the build also stops where that ceases.",
        Hidden = true,
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Command command = new Command("build", "Runs all stages, from the sources to the report.")
        {
            PipelineOptions.Sources, Until, PipelineCommand.Schedule, Scheduled, Heartbeat,
        }.WithPipelineOptions();
        command.SetAction((parsed, cancellation) =>
        {
            PipelineRequest request = PipelineOptions.Request(parsed) with { Stages = StagesUntil(parsed) };
            return parsed.GetValue(Scheduled)
                ? RunForServiceAsync(host, parsed, request, cancellation)
                : PipelineCommand.RunAsync(host, parsed, request, cancellation);
        });
        return command;
    }

    /// <summary>The stages that <c>--until</c> asks for, in order.</summary>
    /// <exception cref="DataForgeException">There is no such stage. Exit code 2.</exception>
    public static IReadOnlyList<string> StagesUntil(ParseResult parsed)
    {
        string until = parsed.GetValue(Until)!;
        return StageNames.All.Contains(until)
            ? [.. StageNames.All.TakeWhile(stage => stage != until), until]
            : throw DataForgeException.Usage($"--until {until}: the stages are {string.Join(", ", StageNames.All)}.");
    }

    // Like a run of --schedule, it takes what is in the sources at that time.
    private static async Task<int> RunForServiceAsync(
        CommandHost host, ParseResult parsed, PipelineRequest request, CancellationToken cancellation)
    {
        using EndOfInput input = EndOfInput.Watch(host.Terminal.OpenInput, parsed.GetValue(Heartbeat), cancellation);
        try
        {
            return await PipelineCommand.RunAsync(host, parsed, request with { Repin = true }, input.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (input.Token.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new DataForgeException(
                "stopped, since the service that began this run has ended or hangs; the service continues it.",
                DataForgeException.Interrupted, e);
        }
    }
}
