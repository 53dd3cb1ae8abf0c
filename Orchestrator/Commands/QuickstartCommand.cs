using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Logging;
using DataForge.Orchestrator.Quickstart;
using DataForge.Orchestrator.Terminal;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>quickstart</c> builds from.</summary>
internal enum QuickstartInput
{
    /// <summary>The Python on this machine; where there is none, the pinned repositories.</summary>
    Auto,

    /// <summary>The Python on this machine.</summary>
    Machine,

    /// <summary><see cref="PinnedRepositories"/>.</summary>
    Pinned,
}

/// <summary>
/// <c>quickstart</c>: the whole pipeline on real input, the Python found on this machine or public repositories at fixed commits.
/// </summary>
internal sealed class QuickstartCommand(PipelineCommand pipeline, Run run, CommandTerminal terminal) : ICommandHandler<PipelineRequest>
{
    // Small enough that corpus and model are done in minutes on two cores.
    private const string VocabularySize = "4096";

    private static readonly Option<QuickstartInput> Input = new("--input")
    {
        Description = "machine: the Python on this machine; pinned: public repositories at fixed commits, the same on every machine; "
            + "auto: machine if there is Python, else pinned.",
        HelpName = "auto|machine|pinned",
    };

    private static readonly Option<string> Forge = new("--forge")
    {
        Description = "The address that the pinned repositories are fetched from.",
        DefaultValueFactory = _ => PinnedRepositories.DefaultForge, HelpName = "URL",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Command command = new Command(
            "quickstart", "Builds a corpus and a small model in minutes, from the Python on this machine or from pinned repositories.")
            .WithPipelineOptions();
        command.Options.Add(Input);
        command.Options.Add(Forge);
        command.SetAction(async (parsed, cancellation) =>
        {
            string name = parsed.GetResult(CommonOptions.Run) is { Implicit: false } ? parsed.GetValue(CommonOptions.Run)! : "quickstart";
            PipelineRequest given = PipelineOptions.Request(parsed) with { RunName = name, Stages = StageNames.All };
            PipelineRequest request = given with
            {
                // The user's own options come last, so they override these.
                CommandLine =
                [
                    .. await DefaultsAsync(parsed.GetValue(Input), parsed.GetValue(Forge)!, host.Terminal, cancellation)
                        .ConfigureAwait(false),
                    .. given.CommandLine,
                ],
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
        QuickstartInput input, string forge, CommandTerminal terminal, CancellationToken cancellation)
    {
        IReadOnlyList<(string Folder, long Bytes)> found = input == QuickstartInput.Pinned
            ? []
            : await PythonOnThisMachine.FindAsync(cancellation).ConfigureAwait(false);
        if (found.Count == 0 && input == QuickstartInput.Machine)
        {
            throw DataForgeException.Usage(
                "No Python was found on this machine (is python3 installed?); use --input pinned, or name a folder: "
                + "dataforge build --source dir:PATH.");
        }

        List<string> sources = [.. found.Select(static source => "dir:" + source.Folder)];
        if (found.Count == 0)
        {
            sources.AddRange(PinnedRepositories.Sources(forge));
            string reason = input == QuickstartInput.Auto ? "No Python on this machine: " : "";
            terminal.Output.WriteLine($"{reason}{sources.Count} public repositories at fixed commits, from {forge}.");
        }
        else
        {
            terminal.Output.WriteLine("Python on this machine:");
            foreach ((string folder, long bytes) in found)
            {
                terminal.Output.WriteLine($"  {folder}  {Figures.Bytes(bytes)}");
            }
        }

        return sources.Select(static (source, i) => new KeyValuePair<string, string?>($"Crawl:Sources:{i}", source))
            .Append(new("Tokenize:VocabularySize", VocabularySize))
            .Append(new("Pretrain:Preset", "quickstart"));
    }
}
