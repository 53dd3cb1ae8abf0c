using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Tests.Testing;
using DataForge.Parquet;
using DataForge.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Dedup.Tests;

/// <summary>
/// The stage's promises on random corpora, Parquet in to Parquet out: groups of near duplicates, copies, a crowd in hot buckets, empty
/// files, files below a shingle's length, comments alone, one token over and over, one long line.
/// </summary>
public class StageProperties
{
    private static readonly FsCheck.Config Few = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(8);

    [Fact]
    public void RunAsync_randomCorpus_isTheGreedyRule_andTheAuditSaysSo() => Check((random, files, options) =>
    {
        using var run = new TestRun();
        run.Clean(Parts(random, files));
        run.Dedup(options, workers: random.Next(1, 4));

        var rule = new GreedyRule(options);
        var kept = new List<TestFile>();
        rule.AssertOutcome(kept, files, run);
        Assert.DoesNotContain(Pairs(kept, kept, rule, options), _ => true);
        SortedDictionary<string, long> totals = run.Run.Manifest.Totals("dedup");
        Assert.Equal((files.Count, kept.Count), (totals["contents.in"], totals["contents.out"]));
        Assert.Equal(files.Sum(file => file.Copies), totals["occurrences.out"] + totals.Where(pair => pair.Key.StartsWith("dropped.", StringComparison.Ordinal)).Sum(pair => pair.Value));

        // The sample is all files, so the audit knows the truth: each pair from both of its ends.
        List<TestFile> withShingles = [.. files.Where(file => rule.Set(file).Length > 0)];
        AuditReport audit = CanonicalJson.Read<AuditReport>(run.Run.PathOf("3-dataset/audit.json"));
        Assert.Equal((withShingles.Count, withShingles.Count), (audit.Files, audit.SampledFiles));
        Assert.Equal(2 * Pairs(withShingles, withShingles, rule, options).Count(), audit.PairsFound.Of);
        Assert.All([audit.PairsFound, audit.FilesWithoutMiss, audit.DropsConfirmed, audit.KeptWithoutTwin], share => Assert.Equal(share.Of, share.Count));
    });

    [Fact]
    public void RunAsync_anyWorkersInterruptedAnywhere_writesTheSameBytes() => Check((random, files, options) =>
    {
        IReadOnlyList<TestFile>[] parts = Parts(random, files);
        using var one = new TestRun();
        one.Clean(parts);
        one.Dedup(options);
        foreach (int workers in new[] { 2, 8 })
        {
            using var other = new TestRun();
            other.Clean(parts);
            using var cancellation = new CancellationTokenSource(random.Next(1, 60));
            try
            {
                other.Dedup(options, workers, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
            }

            other.Dedup(options, workers);
            Assert.Equal(one.Hash(), other.Hash());
        }

        // Files that come in other parts and another order share the same decisions.
        TestFile[] shuffled = [.. files];
        random.Shuffle(shuffled);
        using var another = new TestRun();
        another.Clean(Parts(random, shuffled));
        another.Dedup(options);
        Assert.Equal(one.Dropped().OrderBy(row => row.BlobId), another.Dropped().OrderBy(row => row.BlobId));
    });

    [Fact]
    public void RunAsync_allPairs_findsEachPair() => Check((random, files, options) =>
    {
        options.AllPairs = true;
        using var run = new TestRun();
        run.Clean(Parts(random, files));
        run.Dedup(options);

        var rule = new GreedyRule(options);
        Dictionary<BlobId, TestFile> fileOf = files.ToDictionary(file => BlobId.Of(file.Text));
        var found = new HashSet<(BlobId, BlobId)>();
        using ParquetReader reader = ParquetReader.Open(run.Run.PathOf("3-dataset/pairs.parquet"));
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = reader.ReadRowGroup(group);
            for (int row = 0; row < rows.RowCount; row++)
            {
                (BlobId worse, BlobId better) = (BlobId.Parse(rows.Binary("blob_id")[row]), BlobId.Parse(rows.Binary("better_blob_id")[row]));
                Assert.Equal(rule.Similarity(fileOf[worse], fileOf[better]), rows.Double("jaccard")[row]);
                Assert.True(rows.Double("jaccard")[row] >= options.Threshold && found.Add((worse, better)));
            }
        }

        // Of files with one set, the best stands for all in pairs with others.
        List<TestFile> firsts = [.. files.OrderBy(file => file.Describe().Rank).DistinctBy(file => string.Join(',', rule.Set(file)))];
        Assert.All(
            Pairs(firsts, firsts, rule, options).Where(pair => rule.Set(pair.Better).Length > 0),
            pair => Assert.Contains((BlobId.Of(pair.Worse.Text), BlobId.Of(pair.Better.Text)), found));
    });

    [Fact]
    public void RunAsync_withBase_isTheGreedyRuleWithTheBaseFirst() => Check((random, files, options) =>
    {
        int cut = random.Next(files.Count);
        using var first = new TestRun();
        first.Clean(Parts(random, files[..cut]));
        first.Dedup(options);
        string before = first.Hash();
        using var second = new TestRun(first, "second");
        second.Clean(Parts(random, files[cut..]));
        options.Base = "test";
        second.Dedup(options, workers: 2);

        Assert.Equal(before, first.Hash());
        var rule = new GreedyRule(options);
        var kept = new List<TestFile>();
        rule.AssertOutcome(kept, files[..cut], first);
        rule.AssertOutcome(kept, files[cut..], second);
        AuditReport audit = CanonicalJson.Read<AuditReport>(second.Run.PathOf("3-dataset/audit.json"));
        Assert.All([audit.PairsFound, audit.FilesWithoutMiss, audit.DropsConfirmed, audit.KeptWithoutTwin], share => Assert.Equal(share.Of, share.Count));
        Assert.Equal(first.Dataset().Count, audit.Base!.Files);
    });

    private static void Check(Action<Random, List<TestFile>, DedupOptions> property) => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        double[] thresholds = [0.7, 0.8, 0.85, 0.95];
        var options = new DedupOptions
        {
            Threshold = thresholds[random.Next(thresholds.Length)],
            Shingles = random.Next(3) == 0 ? ShingleKind.Words : ShingleKind.Code,
            ShardBytes = random.Next(5_000, 60_000),
            Seed = (ulong)random.NextInt64(),
        };
        property(random, Corpus(random), options);
    }).Check(Few);

    private static List<TestFile> Corpus(Random random)
    {
        List<TestFile> files = RandomCode.Files(random, random.Next(5, 70));
        List<string> odd = ["", "\n", " \n\t\n", "x = 1\n", "x  =  1\n", "y = 1\n", "a = b = c\n", "# one\n", "# two\n", "pass\n", "f(a, b)\n", "f(a,  b)\n"];
        odd.Add(string.Concat(Enumerable.Repeat("x ", random.Next(100, 400))));
        odd.Add(string.Concat(Enumerable.Repeat("x ", random.Next(400, 500))));
        odd.Add(string.Concat(Enumerable.Repeat("y ", random.Next(100, 400))));
        odd.Add(string.Concat(Enumerable.Range(0, random.Next(100, 2_000)).Select(i => $"n{i},")));
        odd.Add(string.Concat(Enumerable.Range(0, random.Next(1, 50)).Select(i => $"# line {i}\n")));
        // A crowd: more than a bucket's pairs, with words of their own here and there.
        string[] lines = [.. Enumerable.Range(0, 40).Select(i => $"name_{i} = call(argument_{i}, {random.Next(9)})")];
        odd.AddRange(Enumerable.Range(0, random.Next(12, 40)).Select(i => string.Join('\n', lines.Select((line, n) => random.Next(60) == 0 ? $"other_{i}_{n} = {i}" : line)) + $"\n# {i}\n"));
        files.AddRange(odd.Select((text, i) => new TestFile($"odd/repo{random.Next(5)}", $"odd{i}.py", text, random.Next(3), random.Next(1, 4))));
        TestFile[] shuffled = [.. files.Where(_ => random.Next(5) > 0).DistinctBy(file => BlobId.Of(file.Text))];
        random.Shuffle(shuffled);
        return [.. shuffled];
    }

    // One to four parts, some of them empty.
    private static IReadOnlyList<TestFile>[] Parts(Random random, IReadOnlyList<TestFile> files)
    {
        int[] cuts = [0, .. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(files.Count + 1)).Order(), files.Count];
        return [.. Enumerable.Range(0, cuts.Length - 1).Select(i => files.Skip(cuts[i]).Take(cuts[i + 1] - cuts[i]).ToList())];
    }

    private static IEnumerable<(TestFile Worse, TestFile Better)> Pairs(
        IReadOnlyList<TestFile> worse, IReadOnlyList<TestFile> better, GreedyRule rule, DedupOptions options) =>
        from left in worse
        from right in better
        where left.Describe().Rank.CompareTo(right.Describe().Rank) > 0 && rule.Similarity(left, right) >= options.Threshold
        select (left, right);
}
