using System.Diagnostics;
using System.Globalization;
using System.Net;
using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// What the clean stage's log lines (JSON), metrics and spans (OTLP, to a receiver on this machine) cost together: the built program, a
/// fresh process each time, with and without them in turns. It compares user processor time, for a corpus and a quarter of it; the
/// difference of the two is what a further byte costs, without the start of the processes. <c>telemetry [FOLDER…] [--pairs 10]
/// [--program DataForge.Orchestrator.dll]</c>
/// </summary>
internal static class TelemetryBenchmarks
{
    private static readonly string[] Silent = ["--verbosity", "quiet"];
    private static readonly string[] Logging = ["--log", "json", "--verbosity", "normal"];

    /// <summary>Runs it; prints one line a figure. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        List<string> folders = [];
        int pairs = 10;
        string program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Orchestrator/release/DataForge.Orchestrator.dll"));
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--pairs": pairs = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--program": program = Path.GetFullPath(args[++i]); break;
                default: folders.Add(args[i]); break;
            }
        }

        folders = folders.Count > 0 ? folders : [.. RealPython.Folders];
        if (folders.Count == 0 || !File.Exists(program))
        {
            Console.Error.WriteLine("usage: telemetry [FOLDER…] [--pairs 10] [--program DataForge.Orchestrator.dll] (the program must have been built)");
            return 2;
        }

        string workspace = Directory.CreateTempSubdirectory("dataforge-telemetry-").FullName;
        using HttpListener receiver = Receive(out string address);
        try
        {
            string[] sources = [.. folders.SelectMany(folder => new[] { "--source", "dir:" + Path.GetFullPath(folder) })];
            UserSeconds(program, [], ["crawl", "--workspace", workspace, "--run", "input", .. sources]);
            Measure(program, workspace, address, pairs);
        }
        finally
        {
            Directory.Delete(workspace, recursive: true);
        }

        return 0;
    }

    private static void Measure(string program, string workspace, string address, int pairs)
    {
        RunInput whole = Corpus.Runs.Run.Open(Workspace.Open(workspace), "input").ReadInput();
        long limit = whole.Parts.Sum(part => part.Bytes) / 4;
        long taken = 0;
        RunInput quarter = whole with { Parts = [.. whole.Parts.TakeWhile(part => (taken += part.Bytes) <= limit || part.Number == 0)] };
        (string, string)[] telling =
            [("OTEL_EXPORTER_OTLP_ENDPOINT", address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000")];
        List<(double Plain, double Told)> wholes = [];
        List<(double Plain, double Told)> further = [];
        for (int pair = 0; pair < pairs; pair++)
        {
            (double Plain, double Told) all = Pair(whole, pair);
            wholes.Add(all);
            if (quarter.Parts.Count < whole.Parts.Count)
            {
                (double plain, double told) = Pair(quarter, pair);
                further.Add((all.Plain - plain, all.Told - told));
            }
        }

        Print($"whole processes, {whole.Parts.Sum(part => part.Bytes) / 1e6:F0} MB", wholes);
        Print($"a further {(whole.Parts.Sum(part => part.Bytes) - quarter.Parts.Sum(part => part.Bytes)) / 1e6:F0} MB", further);

        (double Plain, double Told) Pair(RunInput input, int number)
        {
            // In turns, so that what else the machine does falls on both.
            double told = number % 2 == 1 ? Clean(input, telling, Logging) : 0;
            double plain = Clean(input, [], Silent);
            return (plain, number % 2 == 1 ? told : Clean(input, telling, Logging));
        }

        double Clean(RunInput input, (string, string)[] environment, string[] more)
        {
            // A part that stands in another run would be taken from there.
            Run run = Corpus.Runs.Run.Open(Workspace.Open(workspace), "measured");
            File.WriteAllBytes(run.InputFile, CanonicalJson.Write(input));
            double seconds = UserSeconds(program, environment, ["clean", "--workspace", workspace, "--run", "measured", "--workers", "1", .. more]);
            Directory.Delete(run.Folder, recursive: true);
            return seconds;
        }
    }

    private static void Print(string what, List<(double Plain, double Told)> pairs)
    {
        if (pairs.Count < 2)
        {
            return;
        }

        double plain = pairs.Average(pair => pair.Plain);
        double[] differences = [.. pairs.Select(pair => pair.Told - pair.Plain).Order()];
        double mean = differences.Average();
        double error = Math.Sqrt(differences.Sum(one => (one - mean) * (one - mean)) / (differences.Length - 1) / differences.Length);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {plain:F3} s of user time without; with logs, metrics and spans {mean:+0.000;-0.000} s = {mean / plain:+0.0%;-0.0%} "
            + $"(standard error {error / plain:P1}, median {differences[differences.Length / 2] / plain:+0.0%;-0.0%}; {pairs.Count} pairs)"));
    }

    private static double UserSeconds(string program, (string Name, string Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        ProcessFigures figures = MeasuredProcess.Run(start);
        return figures.ExitCode == 0
            ? figures.User / 1000
            : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {figures.ExitCode}: {figures.Output}{figures.Errors}");
    }

    private static HttpListener Receive(out string address)
    {
        address = $"http://127.0.0.1:{FreePorts.Take()}";
        var listener = new HttpListener();
        listener.Prefixes.Add(address + "/");
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (listener.IsListening)
            {
                try
                {
                    HttpListenerContext context = await listener.GetContextAsync().ConfigureAwait(false);
                    await context.Request.InputStream.CopyToAsync(Stream.Null).ConfigureAwait(false);
                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        });
        return listener;
    }
}
