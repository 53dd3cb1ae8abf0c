using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Logging;
using DataForge.Orchestrator.Quickstart;
using DataForge.Orchestrator.Terminal;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>quickstart</c>: the whole pipeline on real input, the Python found on this machine.</summary>
internal sealed class QuickstartCommand(PipelineCommand pipeline, Run run, CommandTerminal terminal) : ICommandHandler<PipelineRequest>
{
    // Small enough that corpus and model are done in minutes on two cores.
    private const string VocabularySize = "2048";

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Command command = new Command(
            "quickstart", "Builds a corpus and a small model from the Python on this machine, offline, in minutes.").WithPipelineOptions();
        command.SetAction(async (parsed, cancellation) =>
        {
            string name = parsed.GetResult(CommonOptions.Run) is { Implicit: false } ? parsed.GetValue(CommonOptions.Run)! : "quickstart";
            PipelineRequest given = PipelineOptions.Request(parsed) with { RunName = name, Stages = StageNames.All };
            PipelineRequest request = given with
            {
                // The user's own options come last, so they override these.
                CommandLine = [.. await DefaultsAsync(host.Terminal, cancellation).ConfigureAwait(false), .. given.CommandLine],
            };
            await host.RunAsync<QuickstartCommand, PipelineRequest>(
                LogSettings.Of(parsed), request,
                services => services.AddSingleton(request).AddPipeline(request).AddSingleton<PipelineCommand>(), cancellation)
                .ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <inheritdoc/>
    public async Task RunAsync(PipelineRequest request, CancellationToken cancellation)
    {
        await pipeline.RunAsync(request, cancellation).ConfigureAwait(false);
        RunSummary.Write(run, terminal.Output);
    }

    private static async Task<IEnumerable<KeyValuePair<string, string?>>> DefaultsAsync(
        CommandTerminal terminal, CancellationToken cancellation)
    {
        IReadOnlyList<(string Folder, long Bytes)> found = await PythonOnThisMachine.FindAsync(cancellation).ConfigureAwait(false);
        if (found.Count == 0)
        {
            throw DataForgeException.Usage(
                "No Python was found on this machine (is python3 installed?); name a folder: dataforge build --source dir:PATH.");
        }

        terminal.Output.WriteLine("Python on this machine:");
        foreach ((string folder, long bytes) in found)
        {
            terminal.Output.WriteLine($"  {folder}  {Figures.Bytes(bytes)}");
        }

        return found.Select((source, i) => new KeyValuePair<string, string?>($"Crawl:Sources:{i}", "dir:" + source.Folder))
            .Append(new("Tokenize:VocabularySize", VocabularySize))
            .Append(new("Pretrain:Preset", "quickstart"));
    }
}
