using System.CommandLine;
using DataForge.Cleaner.Survey;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Licensing;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>license</c> is asked for.</summary>
/// <param name="Paths">Files, folders and repositories.</param>
/// <param name="AsJson">Whether the reports are JSON.</param>
internal sealed record LicenseRequest(IReadOnlyList<string> Paths, bool AsJson);

/// <summary><c>license</c>: the licences of files, folders and repositories, without a run.</summary>
internal sealed class LicenseCommand(CommandTerminal terminal) : ICommandHandler<LicenseRequest>
{
    private static readonly Argument<string[]> PathsArgument = new("PATH")
    {
        Description = "Files, folders and git repositories.", Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Prints the reports as JSON." };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.BindWithoutHost<LicenseRequest>(
        new Command("license", "Shows the licence of files, as a run decides it, with the evidence.")
        {
            PathsArgument, JsonOption,
        },
        parsed => new LicenseRequest(
            [.. parsed.GetValue(PathsArgument)!.Select(HomePath.Expand)], parsed.GetValue(JsonOption)),
        (terminal, _) => new LicenseCommand(terminal));

    /// <inheritdoc/>
    public async Task RunAsync(LicenseRequest request, CancellationToken cancellation)
    {
        SurveyedPath[] paths = [.. request.Paths.Select(path => new SurveyedPath(path))];
        CheckAll(paths);
        var all = new List<SurveyReport>();
        var text = new SurveyText(terminal.Output);
        foreach (SurveyedPath path in paths)
        {
            foreach (SurveyReport report in await path.SurveyAsync(cancellation).ConfigureAwait(false))
            {
                if (request.AsJson)
                {
                    all.Add(report);
                }
                else
                {
                    text.Write(report);
                }
            }
        }

        if (request.AsJson)
        {
            using Stream output = terminal.OpenOutput();
            CanonicalJson.Write(output, all);
        }
    }

    // All wrong paths are named, each in a line of its own.
    private void CheckAll(SurveyedPath[] paths)
    {
        var wrong = new List<string>();
        foreach (SurveyedPath path in paths)
        {
            try
            {
                path.Check();
            }
            catch (DataForgeException e)
            {
                wrong.Add(e.Message);
            }
        }

        foreach (string message in wrong.SkipLast(1))
        {
            ErrorLine.Write(terminal.Error, message);
        }

        if (wrong.Count > 0)
        {
            throw DataForgeException.Usage(wrong[^1]);
        }
    }
}
