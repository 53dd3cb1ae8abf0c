using System.Diagnostics;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Dedup;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Shingling;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Sorting;
using DataForge.Dedup.Store;

namespace DataForge.Benchmarks;

/// <summary>
/// Join, verification and selection over synthetic files whose sets are derived from a seed whenever they are needed; prints time, memory and disk.
/// <c>dedup-scale SCENE FILES [--workers 2] [--memory BYTES] [--folder FOLDER]</c>, SCENE being <c>corpus</c> (500 shingles in the mean, groups of near
/// duplicates from 2 to some 100,000 members), <c>clique</c> (all mutually near), <c>groups</c> (of 1,000 each) or <c>bucket</c> (all in one bucket, none similar).
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

        if (words.Count != 2 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int files))
        {
            Console.Error.WriteLine("usage: dedup-scale corpus|clique|groups|bucket FILES [--workers 2] [--memory BYTES] [--folder FOLDER]");
            return 2;
        }

        string work = Directory.CreateDirectory(folder ?? Path.Combine(Path.GetTempPath(), $"dataforge-scale-{Environment.ProcessId}")).FullName;
        try
        {
            Measure(new SyntheticSets(words[0], files), files, options, workers, work);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return 0;
    }

    private static void Measure(SyntheticSets sets, int files, DedupOptions options, int workers, string folder)
    {
        BandPlan plan = BandPlan.For(options.Threshold, options.MissProbability);
        int parts = (files + PartFiles - 1) / PartFiles;
        var total = Stopwatch.StartNew();
        string[] paths = [.. Enumerable.Range(0, parts).Select(part => Path.Combine(folder, $"{part}.signatures"))];
        Step("signatures", () => Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = workers }, part =>
            WriteSignatures(paths[part], part * PartFiles, Math.Min(files, (part + 1) * PartFiles), sets, plan, options.Seed)));
        using var signatures = new SignatureParts(paths);
        RankTable? ranks = null;
        Step("ranks", () => ranks = RankTable.FromOrder(signatures, [.. Enumerable.Range(0, files)], 0, 0, CancellationToken.None));
        int[] firsts = [.. Enumerable.Range(0, files).Select(rank => ranks!.FirstOf[rank] == rank ? rank : -1)];
        int groups = Math.Min(plan.Bands, 12);
        var hotBuckets = new uint[groups];
        int largest = 0;
        Step("candidates", () => Parallel.For(0, groups, new ParallelOptions { MaxDegreeOfParallelism = workers }, group =>
        {
            var join = new BandJoin(signatures, firsts, 0, allPairs: false, options.SortMemory / 2);
            using var pairs = new WordRunWriter(Path.Combine(folder, $"{group}.pairs"), files, isPair: true, options.SortMemory / 4);
            using var hot = new WordRunWriter(Path.Combine(folder, $"{group}.hot"), files, isPair: false, options.SortMemory / 4);
            for (int band = group * plan.Bands / groups; band < (group + 1) * plan.Bands / groups; band++)
            {
                join.Join(band, pairs, hot, CancellationToken.None);
            }

            pairs.Close();
            hot.Close();
            hotBuckets[group] = join.HotBuckets;
            lock (hotBuckets)
            {
                largest = Math.Max(largest, join.LargestBucket);
            }
        }));
        long disk = new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
        SelectionResult? result = null;
        Step("selection", () =>
        {
            using var pairs = new WordRunReader(Enumerable.Range(0, groups).Select(group => Path.Combine(folder, $"{group}.pairs")), files);
            using var hot = new WordRunReader(Enumerable.Range(0, groups).Select(group => Path.Combine(folder, $"{group}.hot")), files);
            uint[] offsets = [.. hotBuckets.Select((_, group) => (uint)hotBuckets[..group].Sum(count => count))];
            result = new Selector(sets, ranks!.FirstOf, options.Threshold, workers).Run(
                pairs, hot, offsets, hotBuckets.Sum(count => (long)count), _ => { }, CancellationToken.None);
        });
        int kept = result!.Twins.Count(twin => twin == SelectionResult.Kept);
        Console.WriteLine(
            $"{sets.Scene} {files:N0} files, {workers} workers: {total.Elapsed.TotalSeconds:F1} s, peak {PeakMemory() / 1e9:F2} GB of memory, {disk / 1e9:F2} GB of disk; {kept:N0} kept, "
            + $"{result.VerifiedPairs:N0} verified, {result.SparedPairs:N0} spared, {hotBuckets.Sum(count => (long)count):N0} hot buckets, the largest of {largest:N0}");
        sets.Check(result);
    }

    private static void Step(string what, Action work)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        work();
        Console.WriteLine(
            $"  {what,-12} {Stopwatch.GetElapsedTime(start).TotalSeconds,8:F1} s by the clock {(Environment.CpuUsage.TotalTime - processor).TotalSeconds,8:F1} s of processor time");
    }

    private static void WriteSignatures(string path, int from, int to, SyntheticSets sets, BandPlan plan, ulong seed)
    {
        var kernel = new SignatureKernel(plan, seed);
        var writer = new SignaturePartWriter(to - from, plan.Bands);
        var keys = new ulong[plan.Bands];
        Span<byte> id = stackalloc byte[BlobId.Size];
        ulong[] buffer = [];
        for (int rank = from; rank < to; rank++)
        {
            ReadOnlySpan<ulong> set = sets.Get(rank, ref buffer);
            kernel.BandKeys(set, keys);
            BitConverter.TryWriteBytes(id, rank);
            writer.Append(new FileSignature(new BlobId(id), Fingerprint.OfSet(set), 0, 0, set.Length, set.Length), keys);
        }

        writer.Write(path);
    }

    private static long PeakMemory() => File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024).FirstOrDefault();

    // A file is a member of a group: the group's hashes, each replaced by one of its own with a chance that the member has.
    private sealed class SyntheticSets(string scene, int files) : IShingleSets
    {
        private readonly ThreadLocal<(UniformSort Sort, ulong[] Values)> _scratch = new(() => (new UniformSort(), new ulong[4_096]));

        public string Scene => scene;

        public int Length(int rank)
        {
            ulong[] buffer = [];
            return Get(rank, ref buffer).Length;
        }

        public ReadOnlySpan<ulong> Get(int rank, ref ulong[] buffer)
        {
            (ulong group, double changed) = Member(rank);
            (UniformSort sort, ulong[] values) = _scratch.Value;
            ulong groupSeed = Hashing.Mix(group + 1);
            ulong ownSeed = Hashing.Mix(~(ulong)rank);
            // 100 to 1,500 shingles, 533 in the mean; small files are more frequent.
            ulong draw = groupSeed % 1_000;
            int length = 100 + (int)(1_400 * draw * draw / 1_000_000) - (scene == "bucket" ? 80 : 0);
            ulong limit = (ulong)(changed * (1UL << 32));
            for (int i = 0; i < length; i++)
            {
                ulong own = Hashing.Derive(ownSeed, i);
                values[i] = (own & uint.MaxValue) < limit ? Hashing.Mix(own) : Hashing.Derive(groupSeed, i);
            }

            if (scene == "bucket")
            {
                // One element at the beginning of each of the first bins makes all files agree in their first bands.
                BandPlan plan = BandPlan.For(0.85, 1e-6);
                for (int i = 0; i < plan.Rows; i++)
                {
                    values[length++] = (ulong)(((UInt128)i << 64) / (UInt128)plan.Permutations) + 1;
                }
            }

            if (buffer.Length < length)
            {
                buffer = new ulong[4_096];
            }

            return buffer.AsSpan(0, sort.SortDistinct(values.AsSpan(0, length), buffer));
        }

        public void Check(SelectionResult result)
        {
            int wrong = 0;
            for (int rank = 0; rank < files; rank++)
            {
                int twin = result.Twins[rank];
                wrong += twin != SelectionResult.Kept && Member(twin).Group != Member(rank).Group ? 1 : 0;
            }

            int groups = Enumerable.Range(0, files).Select(rank => Member(rank).Group).Distinct().Count();
            Console.WriteLine($"  {groups:N0} groups planted; dropped for a twin of another group: {wrong}");
        }

        private (ulong Group, double Changed) Member(int rank)
        {
            ulong lot = Hashing.Derive(7, rank);
            // Up to 3 % changed on either side: similarity 0.88 and more.
            double little = (lot >> 40) % 4 * 0.01;
            return scene switch
            {
                "clique" => (0, Math.Max(0.005, little)),
                "groups" => ((ulong)(rank / 1_000), Math.Max(0.005, little)),
                "bucket" => ((ulong)rank, 0),
                // Three in five are like no other; of the rest, group g has a share that falls with g, as generated and vendored files do.
                _ => lot % 5 < 3
                    ? ((ulong)rank + (1UL << 40), 0)
                    : ((ulong)(files * 0.15 * Math.Pow((lot >> 8) % 1_000_003 / 1_000_003.0, 2.5)), little * (lot % 2)),
            };
        }
    }
}
