using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Redaction;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>redact</c> is asked for.</summary>
/// <param name="Paths">Files and folders.</param>
/// <param name="Output">The folder of the redacted copies; null only reports.</param>
/// <param name="AsJson">Whether the report is JSON.</param>
internal sealed record RedactRequest(IReadOnlyList<string> Paths, string? Output, bool AsJson);

/// <summary><c>redact</c>: personal data and secrets in files and folders, without a run.</summary>
internal sealed class RedactCommand(CommandTerminal terminal) : ICommandHandler<RedactRequest>
{
    private static readonly Argument<string[]> PathsArgument = new("PATH")
    {
        Description = "Files, or folders with *.py files.", Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> OutputOption = new("--output")
    {
        Description = "A new folder for the redacted copies.", HelpName = "DIR",
    };

    private static readonly Option<bool> CheckOption = new("--check")
    {
        Description = "Writes nothing; the exit code is 1 if there are secrets.",
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Prints the report as JSON." };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.BindWithoutHost<RedactRequest>(
        new Command("redact", "Replaces personal data and secrets in Python files, as a run does, and reports where they were.")
        {
            PathsArgument, OutputOption, CheckOption, JsonOption,
        },
        Request,
        (terminal, _) => new RedactCommand(terminal));

    /// <inheritdoc/>
    public Task RunAsync(RedactRequest request, CancellationToken cancellation)
    {
        var files = new PythonFiles(request.Paths);
        files.Check();
        RedactionReport report = new RedactedCopy(request.Output).Redact(files, cancellation);
        if (request.AsJson)
        {
            using Stream output = terminal.OpenOutput();
            CanonicalJson.Write(output, report);
        }
        else
        {
            report.Write(terminal.Output);
        }

        if (report.Faults > 0)
        {
            throw new DataForgeException($"{report.Faults:N0} of {report.Files:N0} files cannot be redacted: see the report.");
        }

        return request.Output is null && report.FilesWithSecrets > 0
            ? throw new DataForgeException($"{report.FilesWithSecrets:N0} of {report.Files:N0} files have secrets: see the report.")
            : Task.CompletedTask;
    }

    private static RedactRequest Request(ParseResult parsed)
    {
        string[] paths = [.. parsed.GetValue(PathsArgument)!.Select(HomePath.Expand)];
        string? output = parsed.GetValue(OutputOption) is { } given ? HomePath.Expand(given) : null;
        if (output is null != parsed.GetValue(CheckOption))
        {
            throw DataForgeException.Usage("Give either --output DIR for redacted copies, or --check for the report only.");
        }

        if (output is not null)
        {
            CheckOutput(output, paths);
        }

        return new RedactRequest(paths, output, parsed.GetValue(JsonOption));
    }

    // A copy must not be taken for a source, by this command or a later one.
    private static void CheckOutput(string output, IEnumerable<string> paths)
    {
        string folder = Path.GetFullPath(output);
        if (paths.FirstOrDefault(path => IsIn(folder, Path.GetFullPath(path))) is { } around)
        {
            throw DataForgeException.Usage($"{output} is in {around}, which is to be redacted: name another folder.");
        }

        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw DataForgeException.Usage($"{output} exists already: name a new or empty folder.");
        }
    }

    private static bool IsIn(string path, string folder) =>
        (path.TrimEnd('/') + "/").StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
}
