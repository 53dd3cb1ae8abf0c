using System.Diagnostics;
using System.Globalization;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// What a process takes from its start to its end where there is next to nothing to do: each command on one small package of Python's
/// standard library. <c>start [RUNS [PROGRAM …]]</c>: medians of so many runs, default 10, of this program or of other builds of it
/// (<c>DataForge.Orchestrator.dll</c>), in turns.
/// </summary>
internal static class StartBenchmarks
{
    private static readonly string[] Commands = ["crawl", "clean", "dedup", "tokenize", "stats", "explain"];

    /// <summary>Runs and prints one line a command and program.</summary>
    public static void Run(string[] args)
    {
        int runs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10;
        string built = Path.Combine(SharedFiles.ProjectRoot, "artifacts", "bin", "Orchestrator", "release", "DataForge.Orchestrator.dll");
        string[] programs = args.Length > 1 ? args[1..] : [built];
        var times = new Dictionary<(string Command, string Program), List<(double User, double Wall)>>();
        var compiled = new Dictionary<(string Command, string Program), int>();
        for (int run = 0; run <= runs; run++)
        {
            foreach (string program in programs)
            {
                using var folder = new TemporaryFolder();
                foreach (string command in Commands)
                {
                    // The first run is to list the methods that the just-in-time compiler compiles.
                    string? list = run == 0 ? folder["methods"] : null;
                    (double, double) time = Time(program, [command, .. Arguments(command, folder)], list);
                    if (list is null)
                    {
                        times.TryAdd((command, program), []);
                        times[(command, program)].Add(time);
                    }
                    else
                    {
                        compiled[(command, program)] = File.ReadLines(list).Count();
                        File.Delete(list);
                    }
                }
            }
        }

        Console.WriteLine($"medians of {runs} runs in turns: user ms, wall ms, methods compiled just in time");
        foreach (string command in Commands)
        {
            foreach (string program in programs)
            {
                List<(double User, double Wall)> all = times[(command, program)];
                string figures = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Medians.Of(all.Select(time => time.User)),6:F0} {Medians.Of(all.Select(time => time.Wall)),6:F0} {compiled[(command, program)],6}");
                Console.WriteLine($"{command,-9} {figures}  {program}");
            }
        }
    }

    private static IEnumerable<string> Arguments(string command, TemporaryFolder folder)
    {
        string package = Path.Combine(
            RealPython.StandardLibrary ?? throw new InvalidOperationException("Install python3: its standard library is what is read."), "asyncio");
        return
        [
            "--workspace", folder["workspace"], "--run", "r",
            .. command switch
            {
                "crawl" => ["--source", $"dir:{package}"],
                // The package's folder has no licence file.
                "clean" => ["--set", "clean.licensepolicy.0=permissive", "--set", "clean.licensepolicy.1=unknown", "--set", "clean.licensepolicy.2=none"],
                "explain" => ["asyncio", "asyncio/queues.py"],
                _ => Array.Empty<string>(),
            },
        ];
    }

    private static (double User, double Wall) Time(string program, string[] arguments, string? list)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]);
        if (list is not null)
        {
            start.Environment["DOTNET_JitStdOutFile"] = list;
            start.Environment["DOTNET_JitDisasmSummary"] = "1";
        }

        // The compiler's list can end the process by a fault when it is closed.
        ProcessFigures figures = MeasuredProcess.Run(start);
        return figures.ExitCode == 0 || list is not null
            ? (figures.User, figures.Wall)
            : throw new InvalidOperationException($"{string.Join(' ', arguments)}: {figures.Errors}");
    }
}
