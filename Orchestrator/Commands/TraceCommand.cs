using System.CommandLine;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Evaluation.Scoring;
using DataForge.Inspection.Tracing;
using DataForge.Orchestrator.Evaluating;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>trace</c> is asked for.</summary>
/// <param name="Files">Files with code; <c>-</c> for standard input.</param>
/// <param name="Run">The run whose dataset is searched.</param>
/// <param name="Workers">Shards searched at a time, from 1 to 1024.</param>
/// <param name="AsJson">Whether the answer is JSON.</param>
/// <param name="MostSources">The most sources to name of each file, from 1 to 100.</param>
/// <param name="Samples">A file of a model's samples in place of files with code; null for none.</param>
internal sealed record TraceRequest(
    IReadOnlyList<string> Files, RunReference Run, int Workers, bool AsJson, int MostSources, string? Samples);

/// <summary>
/// <c>trace</c>: which training files pieces of code are similar to, for attribution; or how many of a model's samples stand in them.
/// </summary>
internal sealed class TraceCommand(CommandTerminal terminal, TimeProvider time) : ICommandHandler<TraceRequest>
{
    // A snippet is a piece of one source file; files of a dataset are smaller than 1 MiB by default, so this leaves room.
    private const long MostBytes = 16 << 20;

    private const int MostSources = 100; // DatasetTrace keeps no more

    private static readonly Argument<string[]> FilesArgument = new("FILE")
    {
        Description = "Files with the code to trace; '-' reads it from standard input.", Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Prints the answers as JSON." };

    private static readonly Option<string?> SamplesOption = new("--samples")
    {
        Description = "A file of samples that evaluate wrote, in place of FILE: counts how many stand in the training set, by length, and "
            + $"writes {EvaluationFiles.Memorisation} beside it.",
        HelpName = "FILE",
    };

    private static readonly Option<int> TopOption = new("--top")
    {
        Description = "Most training files to name for each file.", DefaultValueFactory = _ => 5, HelpName = "N",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.Bind<TraceCommand, TraceRequest>(
        new Command("trace", "Names the training files that code is similar to, with licence and permalink.")
        {
            FilesArgument, CommonOptions.Workspace, CommonOptions.Run, CommonOptions.Workers, JsonOption, TopOption, SamplesOption,
        },
        Request);

    /// <inheritdoc/>
    public Task RunAsync(TraceRequest request, CancellationToken cancellation)
    {
        Snippet[] snippets = request.Samples is { } samples ? SampleMemorisation.Read(samples) : [.. request.Files.Select(Read)];
        var trace = new DatasetTrace(Open(request.Run), snippets, request.MostSources);
        long start = time.GetTimestamp();
        IReadOnlyList<TraceAnswer> answers = trace.Search(request.Workers, cancellation);
        if (request.Samples is { } file)
        {
            SampleMemorisation.Write(file, request.Run.RunName, answers, request.AsJson, terminal);
        }
        else if (request.AsJson)
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
        string[] files = parsed.GetValue(FilesArgument) ?? [];
        string? samples = parsed.GetValue(SamplesOption) is { } given ? HomePath.Expand(given) : null;
        if (files.Length > 0 == samples is not null)
        {
            throw DataForgeException.Usage("Give either files with code, or --samples FILE with a model's samples.");
        }

        return most is >= 1 and <= MostSources && workers is >= 1 and <= CommonOptions.MostWorkers
            ? new TraceRequest(files, RunReference.Of(parsed), workers, parsed.GetValue(JsonOption), most, samples)
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
        if (!Directory.Exists(Workspace.RunsFolderOf(run.WorkspaceFolder))
            || !Workspace.Open(run.WorkspaceFolder).RunNames().Contains(run.RunName))
        {
            throw DataForgeException.Usage(
                $"The workspace {run.WorkspaceFolder} has no run '{run.RunName}': name another with --workspace and --run.");
        }

        return Run.Open(Workspace.Open(run.WorkspaceFolder), run.RunName);
    }
}
