using System.Globalization;
using System.Text;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Shingling;
using DataForge.Dedup;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// Deduplicates the same files B without a base and against bases A of growing size, and prints the processor time of each step: only what
/// passes over A's bands may grow with A. <c>dedup-base FILES [--multiples 1,4,16] [--audit FILES]</c>: FILES in B, and so many times FILES
/// in A.
/// </summary>
public static class DedupBaseBenchmarks
{
    private const int PartFiles = 10_000;

    // Of B's files, one in five is near one of A's first files, which every A has.
    private const int NearBase = 5;
    private static readonly string[] StepNames = ["signatures", "ranks", "candidates", "selection", "dataset", "audit", "card"];

    /// <summary>Runs it. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        var options = new DedupOptions();
        int[] multiples = [1, 4, 16];
        int files = 0;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--multiples": multiples = [.. args[++i].Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))]; break;
                case "--audit": options.AuditFiles = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                default: files = int.Parse(args[i], CultureInfo.InvariantCulture); break;
            }
        }

        if (files < 1)
        {
            Console.Error.WriteLine("usage: dedup-base FILES [--multiples 1,4,16] [--audit FILES]");
            return 2;
        }

        string folder = Directory.CreateTempSubdirectory("dataforge-base-").FullName;
        try
        {
            Console.WriteLine($"{files:N0} files against a base of so many times as many; seconds of processor time, one worker, without the text's way into 2-clean");
            Console.WriteLine($"{"base",10} {string.Concat(StepNames.Select(name => $"{name,12}"))} {"all",10} {"kept",10}");
            // The first run also warms the code up.
            foreach (int multiple in new[] { 0, 0 }.Concat(multiples))
            {
                string workspace = Path.Combine(folder, multiple.ToString(CultureInfo.InvariantCulture));
                Measure(Workspace.Open(workspace), files, multiple, options);
                Directory.Delete(workspace, recursive: true);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Measure(Workspace workspace, int files, int multiple, DedupOptions options)
    {
        var later = new DedupOptions { AuditFiles = options.AuditFiles };
        if (multiple > 0)
        {
            Run baseRun = Corpus.Runs.Run.Open(workspace, "base");
            WriteClean(baseRun, multiple * files, n => Text(1_000_000_000L + n, 0));
            Dedup(baseRun, options, null);
            later.Base = baseRun.Name;
        }

        Run run = Corpus.Runs.Run.Open(workspace, "later");
        WriteClean(run, files, n => n % NearBase == 0 ? Text(1_000_000_000L + n, n + 1) : Text(n, 0));
        var steps = new DedupStepTimes();
        Dedup(run, later, steps);
        IReadOnlyDictionary<string, double> seconds = steps.Processor;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{multiple * files,10:N0} {string.Concat(StepNames.Select(name => seconds.GetValueOrDefault(name).ToString("F3", CultureInfo.InvariantCulture).PadLeft(12)))} {seconds.Values.Sum(),10:F3} {run.Manifest.Totals("dedup")["contents.out"],10:N0}"));
    }

    private static void Dedup(Run run, DedupOptions options, IEventSink? sink)
    {
        using var events = sink is null ? new EventLog(null, TimeProvider.System) : new EventLog(null, TimeProvider.System, sink);
        new DedupStage(options).RunAsync(new StageContext(run, events, 1, TimeProvider.System), CancellationToken.None).GetAwaiter().GetResult();
    }

    private static void WriteClean(Run run, int files, Func<int, byte[]> textOf)
    {
        using var events = new EventLog(null, TimeProvider.System);
        var context = new StageContext(run, events, 1, TimeProvider.System);
        for (int from = 0; from < files; from += PartFiles)
        {
            string name = $"part-{from / PartFiles:D5}";
            int first = from;
            context.RunPartAsync("clean", "bench", new PartPlan(name, $"{run.Name} {name}", 1, (output, _) =>
            {
                using var writer = new CorpusShard.Writer(output.Create($"2-clean/{name}.parquet"));
                for (int n = first; n < Math.Min(files, first + PartFiles); n++)
                {
                    byte[] text = textOf(n);
                    writer.Append(DedupBenchmarks.Describe($"owner/repository{n % 1_000}", $"file{n}.py", text), text);
                }

                writer.Close();
                return Task.CompletedTask;
            }), CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    // About 4 KB of assignments in words that follow from a seed; an edit replaces one line in fifty.
    private static byte[] Text(long seed, int edit)
    {
        var text = new StringBuilder();
        int lines = 60 + (int)(Hashing.Mix((ulong)seed) % 80);
        for (int i = 0; i < lines; i++)
        {
            ulong lot = Hashing.Derive(Hashing.Mix((ulong)seed + (edit > 0 && i % 50 == 7 ? (ulong)edit << 40 : 0)), i);
            text.Append(CultureInfo.InvariantCulture, $"value_{lot % 1_000} = call_{lot / 1_000 % 1_000}(item_{lot / 1_000_000 % 1_000}, {lot >> 50})\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
