using System.Diagnostics;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Shingling;
using DataForge.Dedup;
using DataForge.Dedup.Signatures;
using DataForge.Python;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// Deduplicates the Python files under some folders, Parquet in to Parquet out, once for each number of workers, and states each step's
/// share; before that, the rate of the signature kernel. <c>dedup FOLDER… [--workers 1,2] [--shingles code|words] [--threshold 0.85]
/// [--kernel] [--keep FOLDER]</c>
/// </summary>
public static class DedupBenchmarks
{
    private const long PartBytes = 32 << 20;
    private const int LargestFile = 1 << 20;

    // The best of so many counts: what else the machine does only ever takes from a rate.
    private const int Repetitions = 9;

    /// <summary>Runs it; prints one line a measurement. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        var options = new DedupOptions();
        List<string> folders = [];
        int[] workers = [1, 2];
        bool kernelOnly = false;
        string? keep = null;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--workers": workers = [.. args[++i].Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))]; break;
                case "--shingles": options.Shingles = Enum.Parse<ShingleKind>(args[++i], ignoreCase: true); break;
                case "--threshold": options.Threshold = double.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--kernel": kernelOnly = true; break;
                case "--keep": keep = args[++i]; break;
                default: folders.Add(args[i]); break;
            }
        }

        if (folders.Count == 0)
        {
            Console.Error.WriteLine("usage: dedup FOLDER… [--workers 1,2] [--shingles code|words] [--threshold 0.85] [--kernel] [--keep FOLDER]");
            return 2;
        }

        MeasureKernel(folders, options);
        if (!kernelOnly)
        {
            string folder = keep ?? Directory.CreateTempSubdirectory("dataforge-dedup-").FullName;
            try
            {
                MeasureStage(folder, folders, options, workers);
            }
            finally
            {
                if (keep is null)
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        }

        return 0;
    }

    private static void MeasureKernel(List<string> folders, DedupOptions options)
    {
        List<byte[]> texts = [];
        long bytes = 0;
        foreach (string file in Files(folders))
        {
            byte[] text = File.ReadAllBytes(file);
            texts.Add(text);
            bytes += text.Length;
            if (bytes > 64 << 20)
            {
                break;
            }
        }

        var shingler = new Shingler(options.ToShingleSettings());
        var kernel = new SignatureKernel(BandPlan.For(options.Threshold, options.MissProbability), options.Seed);
        var keys = new ulong[kernel.Plan.Bands];
        var folded = new FoldedText(options.Seed);
        Console.WriteLine($"kernel: {texts.Count:N0} files, {bytes / 1e6:F1} MB, {kernel.Plan.Bands} bands of {kernel.Plan.Rows} rows, one core");
        Rate("  lexer alone", bytes, () =>
        {
            foreach (byte[] text in texts)
            {
                var lexer = new PythonLexer(text, LexerOptions.WholeFStrings);
                while (lexer.Next())
                {
                }
            }
        });
        Rate("  folded text alone", bytes, () => texts.ForEach(text => folded.Hash(text)));
        Rate("  shingle sets", bytes, () => texts.ForEach(text => shingler.Process(text)));
        Rate("  shingle sets and signatures", bytes, () =>
        {
            foreach (byte[] text in texts)
            {
                shingler.Process(text);
                if (!shingler.Set.IsEmpty)
                {
                    kernel.BandKeys(shingler.Set, keys);
                }
            }
        });
    }

    private static void Rate(string what, long bytes, Action work)
    {
        work();
        double best = double.MaxValue;
        for (int i = 0; i < Repetitions; i++)
        {
            // The processor's time, not the clock's: it means something on a machine that does other things too.
            TimeSpan start = Environment.CpuUsage.TotalTime;
            work();
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
        }

        Console.WriteLine($"{what,-32} {bytes / best / 1e6,8:F0} MB/s");
    }

    private static void MeasureStage(string folder, List<string> folders, DedupOptions options, int[] workers)
    {
        foreach (int count in workers)
        {
            // Another workspace each time, since a part that is known is not computed again.
            Workspace own = Workspace.Open(Path.Combine(folder, $"workers-{count}"));
            Run run = Corpus.Runs.Run.Open(own, "bench");
            long bytes = WriteClean(run, folders);
            var steps = new DedupStepTimes();
            using var events = new EventLog(null, TimeProvider.System, steps);
            TimeSpan cpuStart = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            new DedupStage(options).RunAsync(new StageContext(run, events, count, TimeProvider.System), CancellationToken.None).GetAwaiter().GetResult();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double cpu = (Environment.CpuUsage.TotalTime - cpuStart).TotalSeconds;
            SortedDictionary<string, long> totals = run.Manifest.Totals("dedup");
            Console.WriteLine(
                $"stage, {count} workers: {bytes / 1e6:F1} MB in {seconds:F2} s = {bytes / seconds / 1e6:F1} MB/s, {cpu:F2} s of processor time = {bytes / cpu / 1e6:F1} MB/s a core; {totals["contents.in"]:N0} files in, {totals["contents.out"]:N0} kept, "
                + string.Join(", ", totals.Where(pair => pair.Key.StartsWith("dropped_contents.", StringComparison.Ordinal)).Select(pair => $"{pair.Value:N0} {pair.Key[17..]}"))
                + $"; {totals["candidates.pairs"]:N0} candidate pairs (by group of bands), {totals["selection.verified_pairs"]:N0} verified, {totals["selection.spared_pairs"]:N0} spared, {totals["selection.edges"]:N0} edges");
            steps.Print(bytes);
        }
    }

    // One repository for each folder below those given; parts as the cleaner would cut them.
    private static long WriteClean(Run run, List<string> folders)
    {
        var context = new StageContext(run, new EventLog(null, TimeProvider.System), 1, TimeProvider.System);
        var seen = new HashSet<BlobId>();
        long total = 0;
        int part = 0;
        List<(string Repository, string Path, byte[] Text)> pending = [];
        long pendingBytes = 0;
        void Flush()
        {
            string name = $"part-{part:D5}";
            var plan = new PartPlan(name, name, 1, (output, _) =>
            {
                string file = $"2-clean/{name}.parquet";
                using var writer = new CorpusShard.Writer(output.Create(file));
                foreach ((string repository, string path, byte[] text) in pending)
                {
                    writer.Append(Describe(repository, path, text), text);
                }

                writer.Close();
                return Task.CompletedTask;
            });
            context.RunPartAsync("clean", "bench", plan, CancellationToken.None).GetAwaiter().GetResult();
            pending.Clear();
            pendingBytes = 0;
            part++;
        }

        foreach (string root in folders)
        {
            foreach (string file in Files([root]))
            {
                byte[] text = File.ReadAllBytes(file);
                if (text.Length >= LargestFile || !System.Text.Unicode.Utf8.IsValid(text) || !seen.Add(BlobId.Of(text)))
                {
                    continue;
                }

                string relative = Path.GetRelativePath(root, file);
                string repository = relative.Contains('/') ? relative[..relative.IndexOf('/')] : "root";
                pending.Add(($"{Path.GetFileName(root.TrimEnd('/'))}/{repository}", relative, text));
                pendingBytes += text.Length;
                total += text.Length;
                if (pendingBytes >= PartBytes)
                {
                    Flush();
                }
            }
        }

        if (pending.Count > 0)
        {
            Flush();
        }

        return total;
    }

    internal static CorpusFile Describe(string repository, string path, byte[] text) => new()
    {
        BlobId = BlobId.Of(text),
        ContentId = BlobId.Of(text),
        Attribution = new Attribution
        {
            Repository = new RepositoryFacts { Id = (long)(BlobId.Of(System.Text.Encoding.UTF8.GetBytes(repository)).Prefix >> 1), Name = repository, Source = "dir" },
            Path = path,
            License = "MIT",
            LicenseClass = LicenseClass.Permissive,
            LicenseEvidence = "bench",
            Copies = 1,
        },
        Size = text.Length,
    };

    private static IEnumerable<string> Files(IEnumerable<string> folders) => folders.SelectMany(folder => Directory.EnumerateFiles(
        folder, "*.py", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal));
}
