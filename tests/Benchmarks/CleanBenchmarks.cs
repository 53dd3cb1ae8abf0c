using System.Diagnostics;
using DataForge.Cleaner;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// The cleaner's speed on the Python found on the machine: the whole stage from Parquet to Parquet, line statistics, licence detection.
/// <c>clean [megabytes]</c>, default 100.
/// </summary>
internal static class CleanBenchmarks
{
    /// <summary>Runs and prints one line a figure.</summary>
    public static void Run(string[] args)
    {
        long limit = (args.Length > 0 ? long.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 100) << 20;
        string folder = Directory.CreateTempSubdirectory("dataforge-clean-").FullName;
        try
        {
            Workspace workspace = Workspace.Open(folder);
            long bytes = Fill(workspace, limit, out List<byte[]> texts);
            Console.WriteLine($"{texts.Count} files, {bytes / 1e6:F1} MB, {workspace.RawFolder}");
            Statistics(texts, bytes);
            Licenses();

            // The first round warms up: half of its time goes to the just-in-time compiler.
            for (int round = 0; round < 2; round++)
            {
                foreach (int workers in new[] { 1, 2 })
                {
                    Corpus.Runs.Run run = Corpus.Runs.Run.Open(workspace, $"r{round}w{workers}");
                    File.Copy(Path.Combine(folder, "input.json"), run.InputFile);
                    Stage(run, round, workers, bytes);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Stage(Run run, int round, int workers, long bytes)
    {
        using var events = new EventLog(null, TimeProvider.System);
        long start = Stopwatch.GetTimestamp();
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;

        // Another policy for each run, so that the second is not taken from the first.
        var options = new CleanOptions { LicensePolicy = new("permissive", "public-domain", "none", "unknown"), LicenseConflict = LicenseConflict.Keep, MaxBytes = (1 << 20) + (2 * round) + workers };
        foreach (string? file in new[] { SharedFiles.Find("eval", "humaneval", "HumanEval.jsonl.gz"), SharedFiles.Find("eval", "mbpp", "mbpp.jsonl") })
        {
            if (file is not null)
            {
                options.BenchmarkFiles.Add(file);
            }
        }

        new CleanStage(options).RunAsync(new StageContext(run, events, workers, TimeProvider.System), CancellationToken.None).GetAwaiter().GetResult();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        SortedDictionary<string, long> totals = run.Manifest.Totals("clean");
        Console.WriteLine(
            $"stage, round {round + 1}, {workers} workers: {bytes / 1e6 / seconds:F1} MB/s, {bytes / 1e6 / used:F1} MB per CPU second; {totals["bytes.in"] / 1e6:F1} MB judged, "
            + $"{totals["bytes.out"] / 1e6:F1} MB out; peak working set {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB");
    }

    private static void Statistics(List<byte[]> texts, long bytes)
    {
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

        Console.WriteLine($"line statistics: {bytes / 1e6 / best:F0} MB/s a core ({lines / 3} lines)");
    }

    private static void Licenses()
    {
        var files = Directory.Exists("/usr/share/doc") ? Directory.GetFiles("/usr/share/doc", "copyright", SearchOption.AllDirectories).Select(File.ReadAllBytes).ToList() : [];
        var detector = new LicenseDetector();
        files.ForEach(file => detector.OfLicenseFile(file));
        long start = Stopwatch.GetTimestamp();
        files.ForEach(file => detector.OfLicenseFile(file));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"licences: {files.Count / seconds:F0} files/s a core ({files.Sum(file => file.Length) / 1e6 / seconds:F1} MB/s)");
    }

    // Raw parts of about 32 MB: one repository for each top folder, its own licence files kept.
    private static long Fill(Workspace workspace, long limit, out List<byte[]> texts)
    {
        texts = [];
        var parts = new List<RawPart>();
        var repositories = new SortedDictionary<long, RepositorySnapshot>();
        var seen = new HashSet<BlobId>();
        long total = 0;
        using IEnumerator<string> paths = RealPython.Files().GetEnumerator();
        bool more = paths.MoveNext();
        long id = 0;
        while (more && total < limit)
        {
            int number = parts.Count;
            long bytes = 0;
            long rows = 0;
            var repository = new RepositoryFacts { Id = ++id, Name = $"part{id}", Source = "dir", ForgeLicense = "MIT" };
            repositories[id] = new RepositorySnapshot(id, repository.Name, 1, null);
            using var files = new RawFilesShard.Writer(workspace.RawFilesPart(number));
            using var blobs = new RawBlobsShard.Writer(workspace.RawBlobsPart(number));
            for (; more && bytes < 32 << 20; more = paths.MoveNext())
            {
                byte[] content = File.ReadAllBytes(paths.Current);
                BlobId blob = BlobId.Of(content);
                if (content.Length >= 1 << 20 || !seen.Add(blob))
                {
                    continue;
                }

                blobs.Append(blob, content);
                files.Append(new Occurrence { Repository = repository, Path = paths.Current[1..].Replace("packages", "p"), BlobId = blob, Size = content.Length, BlobPart = number });
                texts.Add(content);
                bytes += content.Length;
                rows++;
            }

            files.Close();
            blobs.Close();
            files.Dispose();
            blobs.Dispose();
            total += bytes;
            parts.Add(new RawPart(
                number, StageHash.OfFile(workspace.RawFilesPart(number)), StageHash.OfFile(workspace.RawBlobsPart(number)), rows, rows, bytes));
        }

        File.WriteAllBytes(Path.Combine(workspace.Folder, "input.json"), CanonicalJson.Write(new RunInput { Parts = parts, Repositories = [.. repositories.Values] }));
        return total;
    }
}
