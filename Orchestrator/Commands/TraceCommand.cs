using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Tracing;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>trace</c>: which training files pieces of code are close to, for attribution.</summary>
internal static class TraceCommand
{
    /// <summary>Longer files are refused: what is traced is a piece of code, and this is more than any file of a dataset.</summary>
    private const long MostBytes = 16 << 20;

    private const int MostSources = 100; // DatasetTrace keeps no more

    private static readonly Argument<string[]> FilesArgument = new("FILE")
    {
        Description = "Files with the code in question; '-' reads it from standard input.", Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Prints the answers as JSON." };

    private static readonly Option<int> TopOption = new("--top")
    {
        Description = "The most sources to name of each file.", DefaultValueFactory = _ => 5, HelpName = "N",
    };

    public static Command Create(Option<string> workspace, Option<string> run, Option<int> workers)
    {
        var command = new Command("trace", "Names the training files that code is close to, with licence and permalink.")
        {
            FilesArgument, workspace, run, workers, JsonOption, TopOption,
        };
        command.SetAction((parsed, cancellation) =>
        {
            int most = parsed.GetValue(TopOption);
            int parallel = parsed.GetValue(workers);
            if (most is < 1 or > MostSources || parallel is < 1 or > 1024)
            {
                throw DataForgeException.Usage($"--top takes a number from 1 to {MostSources}, --workers one from 1 to 1024.");
            }

            Snippet[] snippets = [.. parsed.GetValue(FilesArgument)!.Select(Read)];
            var trace = new DatasetTrace(Open(parsed.GetValue(workspace)!, parsed.GetValue(run)!), snippets, most);
            long start = Stopwatch.GetTimestamp();
            IReadOnlyList<TraceAnswer> answers = trace.Search(parallel, cancellation);
            if (parsed.GetValue(JsonOption))
            {
                using Stream output = Console.OpenStandardOutput();
                output.Write(CanonicalJson.Write(new { Answers = answers }));
            }
            else
            {
                Print(answers);
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"looked through {trace.FilesRead:N0} files, {Figures.Bytes(trace.Bytes)}, in {seconds:F1} s ({Figures.Bytes(trace.Bytes / seconds)}/s)"));
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static Snippet Read(string file)
    {
        try
        {
            using Stream stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var content = new MemoryStream();
            var buffer = new byte[64 << 10];
            for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                content.Write(buffer, 0, read);
                if (content.Length > MostBytes)
                {
                    throw DataForgeException.Usage($"{file} is longer than {MostBytes >> 20} MB: give the piece of code whose source you look for.");
                }
            }

            return new Snippet(file, content.GetBuffer().AsSpan(0, (int)content.Length));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw DataForgeException.Usage(File.Exists(file) ? $"{file} cannot be read ({e.Message}); give a file with code." : $"There is no file {file}; give one with code.", e);
        }
    }

    // A question must not make the folder of a run that does not exist.
    private static Run Open(string folder, string name)
    {
        if (!Directory.Exists(Path.Combine(folder, "runs")) || !Workspace.Open(folder).RunNames().Contains(name))
        {
            throw DataForgeException.Usage($"The workspace {folder} has no run '{name}': name another with --workspace and --run.");
        }

        return Run.Open(Workspace.Open(folder), name);
    }

    private static void Print(IReadOnlyList<TraceAnswer> answers)
    {
        foreach (TraceAnswer answer in answers)
        {
            string what = answer.Result switch
            {
                "too-short" => $"too short to have a source (at least {SourceRule.MinRun} are needed)",
                "none" => "no training file is close to it",
                "common" => $"common text, in {answer.Files:N0} training files",
                _ => $"close to {answer.Files:N0} training file{(answer.Files == 1 ? "" : "s")}",
            };
            Console.WriteLine($"{answer.Snippet}: {answer.Tokens:N0} tokens, {what}");
            foreach (Inspection.Tracing.TraceSource source in answer.Sources)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {source.Repository} {source.Path}:{source.FileLines[0]}-{source.FileLines[1]}  {(source.License.Length > 0 ? source.License : "no licence found")}"));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"    {100 * source.Covered:F0} % shared, {source.LongestRun:N0} tokens in a row (lines {source.SnippetLines[0]}-{source.SnippetLines[1]})"));
                if (source.Permalink is { } link)
                {
                    Console.WriteLine("    " + link);
                }
            }
        }
    }
}
