using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// From raw to dataset as the built program does it: <c>clean</c>, then <c>dedup</c>, each a fresh process, pinned to as many cores as it
/// has workers. It states what both together take of a byte of raw content, for a corpus and a quarter of it (whose difference is what a
/// further byte costs, without the start of the processes), and how long 330 GB would take (PyCodeGPT's raw corpus,
/// https://arxiv.org/abs/2206.06888). Several programs are measured in turns. Last, it states what each step takes of a byte (<see
/// cref="PipelineSteps"/>). <c>pipeline [FOLDER…] [--workers 1,2] [--rounds 3] [--whole-only] [--steps-mb 100] [--workspace WORKSPACE]
/// [--program DataForge.Orchestrator.dll]…</c>; a WORKSPACE that has been crawled already (run <c>input</c>) takes the place of folders.
/// </summary>
internal static class PipelineBenchmarks
{
    private const double PyCodeGptBytes = 330e9;
    private const string Usage = "usage: pipeline [FOLDER…] [--workers 1,2] [--rounds 3] [--whole-only] [--steps-mb 100] [--workspace WORKSPACE] "
        + "[--program DataForge.Orchestrator.dll]… (the program must have been built)";
    private static readonly string[] Stages = ["clean", "dedup"];

    /// <summary>Runs it; prints one line a measurement. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        List<string> folders = [];
        List<string> programs = [];
        int[] workers = [1, 2];
        int rounds = 3;
        bool wholeOnly = false;
        long stepBytes = 100_000_000;
        string? given = null;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--workers": workers = [.. args[++i].Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))]; break;
                case "--rounds": rounds = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--whole-only": wholeOnly = true; break;
                case "--steps-mb": stepBytes = 1_000_000 * long.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--workspace": given = args[++i]; break;
                case "--program": programs.Add(Path.GetFullPath(args[++i])); break;
                default: folders.Add(args[i]); break;
            }
        }

        folders = folders.Count > 0 ? folders : [.. RealPython.Folders];
        programs = programs.Count > 0 ? programs : [Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Orchestrator/release/DataForge.Orchestrator.dll"))];
        if ((given is null && folders.Count == 0) || programs.Exists(program => !File.Exists(program)))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        string workspace = given ?? Directory.CreateTempSubdirectory("dataforge-pipeline-").FullName;
        try
        {
            if (given is null)
            {
                string[] sources = [.. folders.SelectMany(folder => new[] { "--source", "dir:" + Path.GetFullPath(folder) })];
                Start(programs[0], 2, ["crawl", "--workspace", workspace, "--run", "input", .. sources]);
            }

            RunInput input = Corpus.Runs.Run.Open(Workspace.Open(workspace), "input").ReadInput();
            WriteConfig(Path.Combine(workspace, "config.json"));
            Measure(workspace, input, programs, workers, rounds, wholeOnly);
            if (stepBytes > 0)
            {
                PipelineSteps.Run(Workspace.Open(workspace), input, BenchmarkFiles, stepBytes);
            }
        }
        finally
        {
            if (given is null)
            {
                Directory.Delete(workspace, recursive: true);
            }
        }

        return 0;
    }

    private static IEnumerable<string> BenchmarkFiles =>
        new[] { SharedFiles.Find("eval", "humaneval", "HumanEval.jsonl.gz"), SharedFiles.Find("eval", "mbpp", "mbpp.jsonl") }.OfType<string>();

    private static void Measure(string workspace, RunInput whole, List<string> programs, int[] workers, int rounds, bool wholeOnly)
    {
        long limit = whole.Parts.Sum(part => part.Bytes) / 4;
        long taken = 0;
        RunInput quarter = whole with { Parts = [.. whole.Parts.TakeWhile(part => (taken += part.Bytes) <= limit || part.Number == 0)] };
        var best = new Dictionary<(int Program, int Workers, bool Whole), Measured>();
        for (int round = 0; round < rounds; round++)
        {
            foreach (int count in workers)
            {
                foreach (RunInput input in !wholeOnly && whole.Parts.Count > quarter.Parts.Count ? new[] { quarter, whole } : [whole])
                {
                    for (int program = 0; program < programs.Count; program++)
                    {
                        Measured measured = Measure(workspace, programs[program], input, count);
                        var key = (program, count, input == whole);
                        best[key] = best.TryGetValue(key, out Measured? before) ? before.BestOf(measured) : measured;
                    }
                }
            }
        }

        foreach (((int program, int count, bool isWhole), Measured measured) in best.OrderBy(item => (item.Key.Workers, item.Key.Whole, item.Key.Program)))
        {
            string name = programs.Count > 1 ? $"program {program + 1}, " : "";
            Print($"{name}{(isWhole ? "4x" : "1x")}, {count} workers", count, measured);
            if (isWhole && best.TryGetValue((program, count, false), out Measured? part))
            {
                Print($"{name}a further byte, {count} workers", count, measured.Less(part));
            }
        }
    }

    private static Measured Measure(string workspace, string program, RunInput input, int workers)
    {
        // A part that stands in another run would be taken from there.
        Run run = Corpus.Runs.Run.Open(Workspace.Open(workspace), "measured");
        File.WriteAllBytes(run.InputFile, CanonicalJson.Write(input));
        try
        {
            Used[] stages = [.. Stages.Select(stage => Start(program, workers,
                [stage, "--workspace", workspace, "--run", "measured", "--workers", workers.ToString(CultureInfo.InvariantCulture), "--config", Path.Combine(workspace, "config.json")]))];
            return new Measured(input.Parts.Sum(part => part.Bytes), stages);
        }
        finally
        {
            Directory.Delete(run.Folder, recursive: true);
        }
    }

    // Every file is judged by its text, whatever its licence and wherever it was found: the most work there is.
    private static void WriteConfig(string file)
    {
        File.WriteAllText(file, new JsonObject
        {
            ["clean"] = new JsonObject
            {
                ["keepVendored"] = true,
                ["licenseConflict"] = "Keep",
                ["licensePolicy"] = new JsonArray("permissive", "public-domain", "weak-copyleft", "strong-copyleft", "unknown", "none"),
                ["benchmarkFiles"] = new JsonArray([.. BenchmarkFiles.Select(path => JsonValue.Create(path))]),
            },
        }.ToJsonString());
    }

    // N workers get N cores, or the just-in-time compiler and the collector of one worker would run on a second one.
    private static Used Start(string program, int workers, string[] arguments)
    {
        string[] pin = File.Exists("/usr/bin/taskset") ? ["/usr/bin/taskset", "-c", $"0-{workers - 1}"] : [];
        string[] all = [.. pin, "dotnet", program, .. arguments];
        long peak = 0;
        ProcessFigures figures = MeasuredProcess.Run(
            new ProcessStartInfo(all[0], all[1..]), process => peak = Math.Max(peak, PeakOf(process.Id)));
        return figures.ExitCode == 0
            ? new Used(figures.Wall / 1000, figures.Processor / 1000, peak)
            : throw new InvalidOperationException($"{string.Join(' ', all)} ended with {figures.ExitCode}: {figures.Output}{figures.Errors}");
    }

    // The largest working set so far (man 5 proc); 0 where the process has just ended.
    private static long PeakOf(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static void Print(string what, int workers, Measured measured)
    {
        double both = measured.Stages.Sum(stage => stage.Seconds);
        double processor = measured.Stages.Sum(stage => stage.Processor);
        double megabytes = measured.Bytes / 1e6;
        string stages = string.Join(", ", Stages.Zip(measured.Stages, (name, stage) => $"{name} {megabytes / stage.Seconds:F1} MB/s ({megabytes / stage.Processor:F1} a core of processor time)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {megabytes:F0} MB raw; {stages}; both {megabytes / both:F1} MB/s = {megabytes / both / workers:F1} a core ({megabytes / processor:F1} of processor time); "
            + $"330 GB in {PyCodeGptBytes / measured.Bytes * both / 3600:F2} h ({PyCodeGptBytes / measured.Bytes * processor / workers / 3600:F2} h by processor time); peak {measured.Stages.Max(stage => stage.Peak) / 1e6:F0} MB"));
    }

    private sealed record Used(double Seconds, double Processor, long Peak);

    private sealed record Measured(long Bytes, Used[] Stages)
    {
        // What else the machine does only ever adds.
        public Measured BestOf(Measured other) => this with
        {
            Stages = [.. Stages.Zip(other.Stages, (a, b) => new Used(Math.Min(a.Seconds, b.Seconds), Math.Min(a.Processor, b.Processor), Math.Max(a.Peak, b.Peak)))],
        };

        public Measured Less(Measured part) => new(
            Bytes - part.Bytes, [.. Stages.Zip(part.Stages, (a, b) => new Used(a.Seconds - b.Seconds, a.Processor - b.Processor, a.Peak))]);
    }
}
