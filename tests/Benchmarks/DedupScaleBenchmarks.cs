using System.Diagnostics;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Shingling;
using DataForge.Dedup;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;

namespace DataForge.Benchmarks;

/// <summary>
/// Join, verification and selection over synthetic files whose sets are derived from a seed whenever they are needed; prints time, memory
/// and disk by step and, of several sizes, a table of how they grow. <c>dedup-scale SCENE FILES[,FILES…] [--workers 2] [--memory BYTES]
/// [--folder FOLDER]</c>; the scenes are those of <see cref="SyntheticSets"/>.
/// </summary>
public static class DedupScaleBenchmarks
{
    private const int PartFiles = 250_000;

    /// <summary>Runs it. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        var options = new DedupOptions();
        int workers = Environment.ProcessorCount;
        string? folder = null;
        List<string> words = [];
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--workers": workers = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--memory": options.SortMemory = long.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--folder": folder = args[++i]; break;
                default: words.Add(args[i]); break;
            }
        }

        int[] sizes = words.Count != 2 ? [] : [.. words[1].Split(',').Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        if (sizes.Length == 0 || sizes.Contains(0) || !SyntheticSets.Scenes.Contains(words[0]))
        {
            Console.Error.WriteLine(
                $"usage: dedup-scale {string.Join('|', SyntheticSets.Scenes)} FILES[,FILES…] [--workers 2] [--memory BYTES] [--folder FOLDER]");
            return 2;
        }

        var rows = new List<Measured>();
        foreach (int files in sizes)
        {
            string work = Directory.CreateDirectory(folder ?? Path.Combine(Path.GetTempPath(), $"dataforge-scale-{Environment.ProcessId}")).FullName;
            try
            {
                rows.Add(Measure(new SyntheticSets(words[0], files), files, options, workers, work));
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }

            // What one size took is not to be seen in the next one's peak.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        PrintTable(rows);
        return 0;
    }

    private static Measured Measure(SyntheticSets sets, int files, DedupOptions options, int workers, string folder)
    {
        BandPlan plan = BandPlan.For(options.Threshold, options.MissProbability);
        int parts = (files + PartFiles - 1) / PartFiles;
        var steps = new Steps();
        Console.WriteLine($"{sets.Scene}: {files:N0} files, {workers} workers");
        string[] paths = [.. Enumerable.Range(0, parts).Select(part => Path.Combine(folder, $"{part}.signatures"))];
        long shingles = 0;
        steps.Measure("signatures", () => Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = workers }, part => Interlocked.Add(
            ref shingles, WriteSignatures(paths[part], part * PartFiles, Math.Min(files, (part + 1) * PartFiles), sets, plan, options.Seed))));
        using var signatures = new SignatureParts(paths);
        string ranksFile = Path.Combine(folder, "ranks");
        steps.Measure("ranks", () => RankTable.FromOrder(signatures, [.. Enumerable.Range(0, files)], 0, 0, CancellationToken.None).Write(ranksFile));
        int groups = Math.Min(plan.Bands, 12);
        var hotBuckets = new uint[groups];
        int largest = 0;
        steps.Measure("candidates", () =>
        {
            var memory = new JoinBufferPool(() => RankTable.ReadFirsts(ranksFile));
            Parallel.For(0, groups, new ParallelOptions { MaxDegreeOfParallelism = workers }, group => Join(group, memory));
        });
        RankTable? ranks = null;
        SelectionResult? result = null;
        ClusterFiles? clusters = null;
        steps.Measure("selection", () =>
        {
            ranks = RankTable.Read(ranksFile);
            using var pairs = new WordRunReader(Enumerable.Range(0, groups).Select(group => Path.Combine(folder, $"{group}.pairs")), files);
            using var hot = new WordRunReader(Enumerable.Range(0, groups).Select(group => Path.Combine(folder, $"{group}.hot")), files);
            uint[] offsets = [.. hotBuckets.Select((_, group) => (uint)hotBuckets[..group].Sum(count => count))];
            result = new Selector(sets, ranks.FirstOf, options.Threshold, workers).Run(
                pairs, hot, offsets, hotBuckets.Sum(count => (long)count), _ => { }, CancellationToken.None);
        });
        steps.Measure("outcome", () =>
        {
            SelectionFile.Write(Path.Combine(folder, "selection"), result!, ranks!, signatures);
            clusters = new ClusterFiles(result!, ranks!, signatures);
            clusters.WriteMembers(Path.Combine(folder, "clusters.parquet"));
        });
        long disk = new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
        int kept = result!.Twins.Count(twin => twin == SelectionResult.Kept);
        Console.WriteLine(
            $"  {shingles / (double)files:F0} shingles a file; {kept:N0} kept, {result.VerifiedPairs:N0} pairs verified, {result.SparedPairs:N0} spared, "
            + $"{hotBuckets.Sum(count => (long)count):N0} hot buckets, the largest bucket of {largest:N0}; {clusters!.Report.Clusters:N0} clusters, {clusters.Report.Giants:N0} of them giants");
        Console.WriteLine($"  {sets.Check(result, options.Threshold)}");
        return new Measured(files, steps.Seconds, steps.Processor, steps.ProcessorOf("signatures"), steps.Peak, disk);

        void Join(int group, JoinBufferPool memory)
        {
            (int[] firsts, int baseKept) = memory.Ranks;
            JoinBuffers buffers = memory.Rent();
            var join = new BandJoin(signatures, firsts, 0, baseKept, allPairs: false, options.SortMemory / 2, buffers.Band);
            using var pairs = new WordRunWriter(Path.Combine(folder, $"{group}.pairs"), files, isPair: true, options.SortMemory / 4, buffers.Pairs);
            using var hot = new WordRunWriter(Path.Combine(folder, $"{group}.hot"), files, isPair: false, options.SortMemory / 4, buffers.Hot);
            for (int band = group * plan.Bands / groups; band < (group + 1) * plan.Bands / groups; band++)
            {
                join.Join(band, pairs, hot, CancellationToken.None);
            }

            pairs.Close();
            hot.Close();
            memory.Return(buffers);
            hotBuckets[group] = join.HotBuckets;
            lock (hotBuckets)
            {
                largest = Math.Max(largest, join.LargestBucket);
            }
        }
    }

    private static long WriteSignatures(string path, int from, int to, SyntheticSets sets, BandPlan plan, ulong seed)
    {
        var kernel = new SignatureKernel(plan, seed);
        var writer = new SignaturePartWriter(to - from, plan.Bands);
        var keys = new ulong[plan.Bands];
        Span<byte> id = stackalloc byte[BlobId.Size];
        ulong[] buffer = [];
        long shingles = 0;
        for (int rank = from; rank < to; rank++)
        {
            ReadOnlySpan<ulong> set = sets.Get(rank, ref buffer);
            kernel.BandKeys(set, keys);
            BitConverter.TryWriteBytes(id, rank);
            writer.Append(new FileSignature(new BlobId(id), Fingerprint.OfSet(set), 0, 0, set.Length, set.Length), keys);
            shingles += set.Length;
        }

        writer.Write(path);
        return shingles;
    }

    // Growth no worse than n log n is a last column that does not rise.
    private static void PrintTable(List<Measured> rows)
    {
        Console.WriteLine();
        Console.WriteLine($"{"files",12} {"clock s",9} {"processor s",12} {"behind signatures s",20} {"peak GB",8} {"disk GB",8} {"memory B/file",14} {"ns / (n log2 n)",16} {"behind signatures",18}");
        foreach (Measured row in rows)
        {
            double nLogN = row.Files * Math.Log2(row.Files);
            double behind = row.Processor - row.Signatures;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Files,12:N0} {row.Seconds,9:F1} {row.Processor,12:F1} {behind,20:F1} {row.Peak / 1e9,8:F2} {row.Disk / 1e9,8:F2} {(double)row.Peak / row.Files,14:F0} {row.Processor * 1e9 / nLogN,16:F1} {behind * 1e9 / nLogN,18:F1}"));
        }
    }

    private sealed record Measured(int Files, double Seconds, double Processor, double Signatures, long Peak, long Disk);

    // Time and peak memory by step. The peak counts all pages in memory, those of mapped files too.
    private sealed class Steps
    {
        private readonly Dictionary<string, double> _processor = [];

        public double Seconds { get; private set; }

        public double Processor => _processor.Values.Sum();

        public long Peak { get; private set; }

        public double ProcessorOf(string step) => _processor[step];

        public void Measure(string step, Action work)
        {
            // Sets the peak back to what is held now (man 5 proc, clear_refs).
            File.WriteAllText("/proc/self/clear_refs", "5");
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            work();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            _processor[step] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            long peak = Status("VmHWM");
            (Seconds, Peak) = (Seconds + seconds, Math.Max(Peak, peak));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {step,-12} {seconds,8:F1} s by the clock {_processor[step],8:F1} s of processor time {peak / 1e9,7:F2} GB at most; at its end {Status("RssAnon") / 1e9:F2} GB and {Status("RssFile") / 1e9:F2} GB of mapped files"));
        }

        private static long Status(string name) => File.ReadLines("/proc/self/status").Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024).First();
    }
}
