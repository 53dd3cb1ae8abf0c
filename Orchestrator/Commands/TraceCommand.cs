using System.CommandLine;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Tracing;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>trace</c> is asked for.</summary>
/// <param name="Files">Files with code; <c>-</c> for standard input.</param>
/// <param name="Run">The run whose dataset is searched.</param>
/// <param name="Workers">Shards searched at a time, from 1 to 1024.</param>
/// <param name="AsJson">Whether the answer is JSON.</param>
/// <param name="MostSources">The most sources to name of each file, from 1 to 100.</param>
internal sealed record TraceRequest(IReadOnlyList<string> Files, RunReference Run, int Workers, bool AsJson, int MostSources);

/// <summary><c>trace</c>: which training files pieces of code are similar to, for attribution.</summary>
internal sealed class TraceCommand(CommandTerminal terminal, TimeProvider time) : ICommandHandler<TraceRequest>
{
    // A snippet is a piece of one source file; files of a dataset are smaller than 1 MiB by default, so this leaves room.
    private const long MostBytes = 16 << 20;

    private const int MostSources = 100; // DatasetTrace keeps no more

    private static readonly Argument<string[]> FilesArgument = new("FILE")
    {
        Description = "Files with the code to trace; '-' reads it from standard input.", Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Prints the answers as JSON." };

    private static readonly Option<int> TopOption = new("--top")
    {
        Description = "Most training files to name for each file.", DefaultValueFactory = _ => 5, HelpName = "N",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.Bind<TraceCommand, TraceRequest>(
        new Command("trace", "Names the training files that code is similar to, with licence and permalink.")
        {
            FilesArgument, CommonOptions.Workspace, CommonOptions.Run, CommonOptions.Workers, JsonOption, TopOption,
        },
        Request);

    /// <inheritdoc/>
    public Task RunAsync(TraceRequest request, CancellationToken cancellation)
    {
        Snippet[] snippets = [.. request.Files.Select(Read)];
        var trace = new DatasetTrace(Open(request.Run), snippets, request.MostSources);
        long start = time.GetTimestamp();
        IReadOnlyList<TraceAnswer> answers = trace.Search(request.Workers, cancellation);
        if (request.AsJson)
        {
            using Stream output = terminal.OpenOutput();
            CanonicalJson.Write(output, new { Answers = answers });
        }
        else
        {
            TraceTable.Write(answers, terminal.Output);
            double seconds = time.GetElapsedTime(start).TotalSeconds;
            terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"searched {trace.FilesRead:N0} files, {Figures.Bytes(trace.Bytes)}, in {seconds:F1} s "
                + $"({Figures.Bytes(trace.Bytes / seconds)}/s)"));
        }

        return Task.CompletedTask;
    }

    private static TraceRequest Request(ParseResult parsed)
    {
        int most = parsed.GetValue(TopOption);
        int workers = parsed.GetValue(CommonOptions.Workers);
        return most is >= 1 and <= MostSources && workers is >= 1 and <= CommonOptions.MostWorkers
            ? new TraceRequest(parsed.GetValue(FilesArgument)!, RunReference.Of(parsed), workers, parsed.GetValue(JsonOption), most)
            : throw DataForgeException.Usage(
                $"--top takes a number from 1 to {MostSources}, --workers one from 1 to {CommonOptions.MostWorkers}.");
    }

    private Snippet Read(string file)
    {
        try
        {
            using Stream stream = file == "-" ? terminal.OpenInput() : File.OpenRead(file);
            using var content = new MemoryStream();
            var buffer = new byte[64 << 10];
            for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                content.Write(buffer, 0, read);
                if (content.Length > MostBytes)
                {
                    throw DataForgeException.Usage(
                        $"{file} is longer than {MostBytes >> 20} MB: give the piece of code whose source you look for.");
                }
            }

            return new Snippet(file, content.GetBuffer().AsSpan(0, (int)content.Length));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            string fault = File.Exists(file)
                ? $"{file} cannot be read ({e.Message}); give a file with code."
                : $"There is no file {file}; give one with code.";
            throw DataForgeException.Usage(fault, e);
        }
    }

    // A question must not create the folder of a run that does not exist.
    private static Run Open(RunReference run)
    {
        if (!Directory.Exists(Path.Combine(run.WorkspaceFolder, "runs"))
            || !Workspace.Open(run.WorkspaceFolder).RunNames().Contains(run.RunName))
        {
            throw DataForgeException.Usage(
                $"The workspace {run.WorkspaceFolder} has no run '{run.RunName}': name another with --workspace and --run.");
        }

        return Run.Open(Workspace.Open(run.WorkspaceFolder), run.RunName);
    }
}
