using System.Diagnostics;
using System.Globalization;
using DataForge.Cleaner;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Text;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// The cleaner over the Python files of some folders: line statistics, licence detection, then the whole stage from Parquet to Parquet with
/// all rules, licences, redaction and decontamination on. Each measurement of the stage is a process of its own, so that its first round
/// has all of a fresh process's start in it and its peak memory is the stage's own; the second round is warm. The input is crawled once;
/// "1x" is the first quarter of it. Without folders it is what python3 imports from. <c>clean [FOLDER…] [--workers 1,2] [--rounds 2]
/// [--full-only] [--part-mb 32] [--preset PyCodeGpt] [--keep WORKSPACE]</c>
/// </summary>
internal static class CleanBenchmarks
{
    private const string Usage = "usage: clean [FOLDER…] [--workers 1,2] [--rounds 2] [--full-only] [--part-mb 32] [--preset PyCodeGpt] [--keep WORKSPACE]";

    /// <summary>Runs it; prints one line a measurement. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        if (args is ["--measure", var measured, var name, var count, var times, var recipe])
        {
            Measure(measured, name, int.Parse(count, CultureInfo.InvariantCulture), int.Parse(times, CultureInfo.InvariantCulture), Enum.Parse<CleanPreset>(recipe));
            return 0;
        }

        List<string> folders = [];
        string[] workers = ["1", "2"];
        string rounds = "2";
        string preset = nameof(CleanPreset.PyCodeGpt);
        bool fullOnly = false;
        string? keep = null;
        var crawl = new CrawlOptions();
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--workers": workers = args[++i].Split(','); break;
                case "--rounds": rounds = args[++i]; break;
                case "--full-only": fullOnly = true; break;
                case "--preset": preset = args[++i]; break;
                case "--keep": keep = args[++i]; break;
                case "--part-mb": crawl.RawPartBytes = long.Parse(args[++i], CultureInfo.InvariantCulture) << 20; break;
                default: folders.Add(args[i]); break;
            }
        }

        folders = folders.Count > 0 ? folders : [.. RealPython.Folders];
        if (folders.Count == 0)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        Statistics(folders);
        Licenses();
        string workspace = keep ?? Directory.CreateTempSubdirectory("dataforge-clean-").FullName;
        try
        {
            crawl.Sources = [.. folders.Select(folder => "dir:" + Path.GetFullPath(folder))];
            Crawl(workspace, crawl);
            foreach (string share in fullOnly ? ["4x"] : new[] { "1x", "4x" })
            {
                foreach (string number in workers)
                {
                    Measure(workspace, share, number, rounds, preset);
                }
            }
        }
        finally
        {
            if (keep is null)
            {
                Directory.Delete(workspace, recursive: true);
            }
        }

        return 0;
    }

    // N workers get N cores, or the just-in-time compiler and the collector of one worker would run on a second one.
    private static void Measure(string workspace, string share, string workers, string rounds, string preset)
    {
        string[] pin = File.Exists("/usr/bin/taskset") ? ["/usr/bin/taskset", "-c", $"0-{int.Parse(workers, CultureInfo.InvariantCulture) - 1}"] : [];
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(CleanBenchmarks).Assembly.Location]
            : [Environment.ProcessPath!];
        string[] all = [.. pin, .. self, "clean", "--measure", workspace, share, workers, rounds, preset];
        using Process process = Process.Start(all[0], all[1..]);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the measured process ended with {process.ExitCode}");
        }
    }

    private static void Crawl(string folder, CrawlOptions options)
    {
        Workspace workspace = Workspace.Open(folder);
        Run run = Corpus.Runs.Run.Open(workspace, "crawl");
        using var events = new EventLog(null, TimeProvider.System);
        new CrawlStage(options).RunAsync(new StageContext(run, events, 2, TimeProvider.System), CancellationToken.None).GetAwaiter().GetResult();
        RunInput input = run.ReadInput();
        Write("4x", input);
        long limit = input.Parts.Sum(part => part.Bytes) / 4;
        long taken = 0;
        Write("1x", input with { Parts = [.. input.Parts.TakeWhile(part => (taken += part.Bytes) <= limit || part.Number == 0)] });

        void Write(string name, RunInput part)
        {
            File.WriteAllBytes(Path.Combine(folder, name + ".json"), CanonicalJson.Write(part));
            Console.WriteLine($"{name}: {part.Parts.Sum(item => item.Blobs):N0} contents, {part.Parts.Sum(item => item.Bytes) / 1e6:F1} MB, {part.Parts.Count} parts");
        }
    }

    private static void Measure(string folder, string share, int workers, int rounds, CleanPreset preset)
    {
        Workspace workspace = Workspace.Open(folder);

        // Every file is judged by its text, whatever its licence and wherever it was found.
        var options = new CleanOptions
        {
            Preset = preset, KeepVendored = true, LicenseConflict = LicenseConflict.Keep,
            LicensePolicy = new("permissive", "public-domain", "weak-copyleft", "strong-copyleft", "unknown", "none"),
        };
        foreach (string? file in new[] { SharedFiles.Find("eval", "humaneval", "HumanEval.jsonl.gz"), SharedFiles.Find("eval", "mbpp", "mbpp.jsonl") })
        {
            if (file is not null)
            {
                options.BenchmarkFiles.Add(file);
            }
        }

        for (int round = 1; round <= rounds; round++)
        {
            Run run = Corpus.Runs.Run.Open(workspace, $"measured-{Environment.ProcessId}");
            File.Copy(Path.Combine(folder, share + ".json"), run.InputFile);
            Stage(run, options, share, workers, round == 1 ? "fresh" : "warm");

            // A part that stands in another run is taken from there.
            Directory.Delete(run.Folder, recursive: true);
        }
    }

    private static void Stage(Run run, CleanOptions options, string share, int workers, string round)
    {
        using var events = new EventLog(null, TimeProvider.System);
        using Process process = Process.GetCurrentProcess();
        DateTime began = TimeProvider.System.GetUtcNow().UtcDateTime;
        long start = Stopwatch.GetTimestamp();
        TimeSpan before = process.TotalProcessorTime;
        TimeSpan pauses = GC.GetTotalPauseDuration();
        long allocated = GC.GetTotalAllocatedBytes();
        new CleanStage(options).RunAsync(new StageContext(run, events, workers, TimeProvider.System), CancellationToken.None).GetAwaiter().GetResult();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        double used = (process.TotalProcessorTime - before).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        SortedDictionary<string, long> totals = run.Manifest.Totals("clean");
        double megabytes = totals["bytes.in"] / 1e6;
        string steps = string.Join(", ", Directory.GetFiles(run.PathOf("manifest/clean"), "*.json")
            .GroupBy(file => Path.GetFileName(file).Split('-')[0], File.GetLastWriteTimeUtc)
            .Select(step => (step.Key, End: step.Max()))
            .OrderBy(step => step.End)
            .Select(step => $"{step.Key} by {(step.End - began).TotalSeconds:F2} s"));
        Console.WriteLine(
            $"stage {share} {round}, {workers} workers: {megabytes / seconds:F1} MB/s, {megabytes / used:F1} MB/s a core by processor time; {megabytes:F1} MB judged, "
            + $"{totals["bytes.out"] / 1e6:F1} MB out; {(double)allocated / totals["contents.in"]:F0} bytes allocated a file; "
            + $"{(GC.GetTotalPauseDuration() - pauses).TotalSeconds / seconds:P1} in collections; peak working set {process.PeakWorkingSet64 / 1e6:F0} MB ({steps})");
    }

    private static void Statistics(List<string> folders)
    {
        List<byte[]> texts = [];
        long bytes = 0;
        var files = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.py", files)).TakeWhile(_ => bytes < 64 << 20))
        {
            texts.Add(File.ReadAllBytes(file));
            bytes += texts[^1].Length;
        }

        long lines = 0;
        double best = double.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long start = Stopwatch.GetTimestamp();
            foreach (byte[] text in texts)
            {
                lines += TextStatistics.Of(text).Lines;
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Console.WriteLine($"line statistics: {bytes / 1e6 / best:F0} MB/s a core ({lines / 3:N0} lines)");
    }

    private static void Licenses()
    {
        List<byte[]> files = Directory.Exists("/usr/share/doc") ? [.. Directory.GetFiles("/usr/share/doc", "copyright", SearchOption.AllDirectories).Select(File.ReadAllBytes)] : [];
        var detector = new LicenseDetector();
        files.ForEach(file => detector.OfLicenseFile(file));
        long start = Stopwatch.GetTimestamp();
        files.ForEach(file => detector.OfLicenseFile(file));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"licences: {files.Count / seconds:F0} files/s a core ({files.Sum(file => file.Length) / 1e6 / seconds:F1} MB/s)");
    }
}
