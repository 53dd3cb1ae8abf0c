using System.Text;
using System.Text.RegularExpressions;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Tests.Testing;
using DataForge.Parquet;
using DataForge.Testing;

namespace DataForge.Dedup.Tests;

/// <summary>
/// The stage on real files against all pairs at or above the threshold, which another algorithm finds without loss.
/// <c>DATAFORGE_TEST_LONG=1</c> takes all files found, both kinds of shingles and four thresholds; <c>DATAFORGE_TEST_FOLDERS</c>
/// (separated by colons) names other folders to take files from.
/// </summary>
public sealed partial class RealCorpusTests
{
    private const int Fewest = 5_000;

    private static bool IsLong => Environment.GetEnvironmentVariable("DATAFORGE_TEST_LONG") == "1";

    private static IReadOnlyList<string> Folders => Environment.GetEnvironmentVariable("DATAFORGE_TEST_FOLDERS")?.Split(':') ?? RealPython.Folders;

    public static TheoryData<ShingleKind, double> Cases => IsLong
        ? new()
        {
            { ShingleKind.Words, 0.7 }, { ShingleKind.Words, 0.8 }, { ShingleKind.Words, 0.85 }, { ShingleKind.Words, 0.95 },
            { ShingleKind.Code, 0.7 }, { ShingleKind.Code, 0.8 }, { ShingleKind.Code, 0.85 }, { ShingleKind.Code, 0.95 },
        }
        : new() { { ShingleKind.Words, 0.85 } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void RunAsync_realFiles_keepsNoNearDuplicateAndDropsNoOther(ShingleKind shingles, double threshold)
    {
        List<TestFile> files = Corpus();
        Assert.SkipWhen(files.Count < Fewest, $"only {files.Count} Python files on this machine, {Fewest} are needed");
        using var run = new TestRun();
        int[] cuts = [0, files.Count / 3, files.Count / 2, files.Count];
        run.Clean([.. Enumerable.Range(0, 3).Select(i => files[cuts[i]..cuts[i + 1]])]);
        var options = new DedupOptions { Shingles = shingles, Threshold = threshold, AllPairs = true };
        run.Dedup(options, workers: 2);

        // In rank order; the sets by code that shares nothing with the product where words are concerned.
        TestFile[] ranked = [.. files.OrderBy(file => file.Describe().Rank)];
        List<ulong[]> sets = [.. ranked.Select(file => shingles == ShingleKind.Words ? WordSet(file.Text) : CodeSet(file.Text, options))];
        Dictionary<(int Worse, int Better), double> pairs = NearPairs.Find(sets, threshold);

        Dictionary<BlobId, int> rankOf = ranked.Select((file, rank) => (Id: BlobId.Of(file.Text), rank)).ToDictionary(pair => pair.Id, pair => pair.rank);
        HashSet<int> kept = [.. run.Dataset().Select(row => rankOf[row.File.BlobId])];
        List<DroppedFile> dropped = run.Dropped();
        Assert.Equal(files.Count, kept.Count + dropped.Count);

        // No two kept files are near duplicates; each dropped one names a kept twin before it, as similar as it says.
        Assert.DoesNotContain(pairs.Keys, pair => kept.Contains(pair.Worse) && kept.Contains(pair.Better));
        foreach (DroppedFile row in dropped)
        {
            (int rank, int twin) = (rankOf[row.BlobId!.Value], rankOf[row.Twin!.Value]);
            Assert.Contains(twin, kept);
            Assert.True(twin < rank);
            if (sets[rank].Length > 0)
            {
                Assert.Equal(pairs[(rank, twin)], row.Jaccard);
            }
            else
            {
                Assert.Equal("exact_duplicate", row.Rule);
            }
        }

        // And so it is the greedy rule's outcome.
        ILookup<int, int> before = pairs.Keys.ToLookup(pair => pair.Worse, pair => pair.Better);
        var greedy = new HashSet<int>();
        for (int rank = 0; rank < ranked.Length; rank++)
        {
            if (sets[rank].Length == 0 ? kept.Contains(rank) : !before[rank].Any(greedy.Contains))
            {
                greedy.Add(rank);
            }
        }

        Assert.Equal(greedy.Order(), kept.Order());
        AssertWithoutAllPairsIsTheSame(run, options, kept.Count, dropped);
        AssertPairsAreTheTruth(run.Run, rankOf, sets, pairs);
        AssertAuditTellsTheTruth(run.Run, sets, pairs);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{files.Count} files, {pairs.Count} pairs at {threshold}, {dropped.Count} dropped, {run.Run.Manifest.Totals("dedup")["selection.verified_pairs"]} pairs verified");
    }

    // Hot buckets and sketches take part only when not every pair is asked for. Back to all pairs at the end, for what follows.
    private static void AssertWithoutAllPairsIsTheSame(TestRun run, DedupOptions options, int kept, List<DroppedFile> dropped)
    {
        options.AllPairs = false;
        run.Dedup(options, workers: 2);
        Assert.Equal(kept, run.Dataset().Count);
        Assert.Equal(dropped, run.Dropped());
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.Run.Manifest.Totals("dedup")["selection.spared_pairs"]} pairs spared");
        options.AllPairs = true;
        run.Dedup(options, workers: 2);
    }

    // No wrong pair, and recall of at least 0.9999. Of files with one set, only the first is paired with others.
    private static void AssertPairsAreTheTruth(Run run, Dictionary<BlobId, int> rankOf, List<ulong[]> sets, Dictionary<(int Worse, int Better), double> pairs)
    {
        var found = new HashSet<(int, int)>();
        using ParquetReader reader = ParquetReader.Open(run.PathOf("3-dataset/pairs.parquet"));
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = reader.ReadRowGroup(group);
            for (int row = 0; row < rows.RowCount; row++)
            {
                (int, int) pair = (rankOf[BlobId.Parse(rows.Binary("blob_id")[row])], rankOf[BlobId.Parse(rows.Binary("better_blob_id")[row])]);
                if (sets[pair.Item1].Length > 0)
                {
                    Assert.Equal(pairs[pair], rows.Double("jaccard")[row]);
                    found.Add(pair);
                }
            }
        }

        HashSet<int> later = [.. pairs.Where(pair => pair.Value == 1).Select(pair => pair.Key.Worse)];
        List<(int, int)> expected = [.. pairs.Keys.Where(pair => !later.Contains(pair.Worse) && !later.Contains(pair.Better))];
        Assert.InRange(expected.Count(found.Contains), expected.Count * 0.9999, expected.Count);
    }

    // Nothing was missed, so the audit's intervals must reach 1, and its pairs are pairs of the truth.
    private static void AssertAuditTellsTheTruth(Run run, List<ulong[]> sets, Dictionary<(int, int), double> pairs)
    {
        AuditReport audit = CanonicalJson.Read<AuditReport>(run.PathOf("3-dataset/audit.json"));
        Assert.Equal(sets.Count(set => set.Length > 0), audit.Files);
        Assert.Equal(1_000, audit.SampledFiles);
        Assert.All([audit.PairsFound, audit.FilesWithoutMiss, audit.DropsConfirmed, audit.KeptWithoutTwin], share => Assert.Equal(share.Of, share.Count));
        // Each pair has two ends, and 1,000 of all files are sampled.
        double expected = 2.0 * pairs.Count * audit.SampledFiles / audit.Files;
        Assert.InRange(audit.PairsFound.Of, expected / 3, expected * 3);
    }

    // Distinct contents below 1 MB, a repository for each folder at the top. The ordinary test takes as many as it needs.
    private static List<TestFile> Corpus()
    {
        var seen = new HashSet<BlobId>();
        var files = new List<TestFile>();
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string path in Folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.py", options).Order(StringComparer.Ordinal)).Distinct(StringComparer.Ordinal))
        {
            byte[] text = File.ReadAllBytes(path);
            if (text.Length < 1 << 20 && System.Text.Unicode.Utf8.IsValid(text) && seen.Add(BlobId.Of(text)))
            {
                string root = Folders.First(folder => path.StartsWith(folder, StringComparison.Ordinal));
                string relative = Path.GetRelativePath(root, path);
                files.Add(new TestFile($"{Folders.ToList().IndexOf(root)}/{relative.Split('/')[0]}", relative, text));
            }

            if (!IsLong && files.Count == Fewest)
            {
                break;
            }
        }

        return files;
    }

    [GeneratedRegex("[A-Za-z_0-9]+")]
    private static partial Regex Word();

    // FNV-1a over the joined words: not the product's hash, nor its way to find words.
    private static ulong[] WordSet(byte[] text)
    {
        string[] words = [.. Word().Matches(Encoding.UTF8.GetString(text)).Select(match => match.Value)];
        var set = new HashSet<ulong>();
        for (int i = 0; i + 5 <= words.Length; i++)
        {
            ulong hash = 14695981039346656037;
            for (int j = i; j < i + 5; j++)
            {
                foreach (char c in words[j])
                {
                    hash = (hash ^ c) * 1099511628211;
                }

                hash = (hash ^ ' ') * 1099511628211;
            }

            set.Add(hash);
        }

        return [.. set.Order()];
    }

    private static ulong[] CodeSet(byte[] text, DedupOptions options)
    {
        var shingler = new Shingler(options.ToShingleSettings());
        shingler.Process(text);
        return shingler.Set.ToArray();
    }
}
