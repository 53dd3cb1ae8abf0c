using DataForge.Dedup.Selection;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Tests.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Dedup.Tests.Selection;

public class SelectionProperties
{
    // At 1e-6 a run of some hundred thousand pairs could miss one by right; here none may be missed.
    private static DedupOptions Options(double threshold) => new() { Threshold = threshold, MissProbability = 1e-12, SortMemory = 1 << 20 };

    [Theory]
    [InlineData(0.7)]
    [InlineData(0.85)]
    [InlineData(0.95)]
    [InlineData(1.0)]
    public void Run_randomCorpus_isTheGreedyRule(double threshold) => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        List<ulong[]> sets = RandomSets.Corpus(random, random.Next(1, 120));
        SelectionResult result = Engine.Select(sets, Options(threshold), workers: 2, parts: random.Next(1, 5));
        Assert.Equal(BruteForce.Greedy(sets, threshold), result.Twins.Select(twin => twin == SelectionResult.Kept));
        for (int rank = 0; rank < sets.Count; rank++)
        {
            int twin = result.Twins[rank];
            if (twin != SelectionResult.Kept)
            {
                Assert.True(twin < rank);
                Assert.Equal(SelectionResult.Kept, result.Twins[twin]);
                Assert.Equal(BruteForce.Jaccard(sets[rank], sets[twin]), result.Similarities[rank]);
                Assert.True(result.Similarities[rank] >= threshold);
                AssertBestTwin(sets, result, rank);
                Assert.Equal(result.ClusterOf(rank), result.ClusterOf(twin));
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Run_allPairs_findsEachPairOfDistinctSets() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        // Each set once: of equal sets only the first is paired with others.
        List<ulong[]> sets = [.. RandomSets.Corpus(random, 80).DistinctBy(set => string.Join(',', set))];
        DedupOptions options = Options(0.8);
        options.AllPairs = true;
        var found = new HashSet<(int, int)>();
        Engine.Select(sets, options, onEdge: (worse, better, similarity) =>
        {
            Assert.Equal(BruteForce.Jaccard(sets[worse], sets[better]), similarity);
            Assert.True(found.Add((worse, better)));
        });
        Assert.Equal(BruteForce.Pairs(sets, 0.8).Order(), found.Order());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Run_manyWorkersAndParts_decidesTheSame()
    {
        List<ulong[]> sets = RandomSets.Corpus(new Random(7), 20_000);
        SelectionResult one = Engine.Select(sets, new DedupOptions());
        foreach ((int workers, int parts) in new[] { (2, 3), (8, 11) })
        {
            SelectionResult other = Engine.Select(sets, new DedupOptions { SortMemory = 1 << 20 }, workers, parts);
            Assert.Equal(one.Twins, other.Twins);
            Assert.Equal(one.Similarities, other.Similarities);
            Assert.Equal(one.VerifiedPairs, other.VerifiedPairs);
        }
    }

    /// <summary>
    /// A bucket of n near duplicates costs n verifications or so, since only the kept one is compared with: not n²/2 (12.5 million).
    /// </summary>
    [Fact]
    public void Run_hotBucket_costsLinearTime()
    {
        var random = new Random(1);
        ulong[] origin = RandomSets.Set(random, 300);
        List<ulong[]> sets = [.. Enumerable.Range(0, 5_000).Select(_ => RandomSets.Sorted([.. origin.Skip(random.Next(10)), .. RandomSets.Set(random, 3)]))];
        SelectionResult result = Engine.Select(sets, new DedupOptions(), workers: 2);
        Assert.Equal(1, result.Twins.Count(twin => twin == SelectionResult.Kept));
        Assert.InRange(result.VerifiedPairs, 4_999, 100_000);
    }

    /// <summary>
    /// A bucket full of files that are not similar: sketches spare nearly all comparisons, and the outcome is that of the rule.
    /// </summary>
    [Fact]
    public void Run_bucketOfDissimilarFiles_sparesComparisons()
    {
        var random = new Random(2);
        BandPlan plan = BandPlan.For(0.85, 1e-6);
        ulong[] common = [.. Enumerable.Range(0, plan.Rows).Select(i => (ulong)(((UInt128)i << 64) / (UInt128)plan.Permutations) + 1)];
        List<ulong[]> sets = [.. Enumerable.Range(0, 600).Select(_ => RandomSets.Sorted([.. common, .. RandomSets.Set(random, 40)]))];
        // A few near duplicates among them.
        sets.AddRange(sets.Take(50).ToList().Select(set => RandomSets.Sorted([.. set.Skip(1), .. RandomSets.Set(random, 1)])));
        SelectionResult result = Engine.Select(sets, new DedupOptions(), workers: 2);
        Assert.Equal(BruteForce.Greedy(sets, 0.85), result.Twins.Select(twin => twin == SelectionResult.Kept));
        Assert.InRange(result.SparedPairs, 150_000, 250_000);
        Assert.InRange(result.VerifiedPairs, 50, 5_000);
    }

    /// <summary>Files without shingles meet no other, however many there are.</summary>
    [Fact]
    public void Run_emptySets_areAllKept()
    {
        List<ulong[]> sets = [.. Enumerable.Repeat(Array.Empty<ulong>(), 1_000)];
        SelectionResult result = Engine.Select(sets, new DedupOptions());
        Assert.All(result.Twins, twin => Assert.Equal(SelectionResult.Kept, twin));
        Assert.Equal(0, result.VerifiedPairs);
    }

    // The most similar kept file before the first file of this set; ties by rank.
    private static void AssertBestTwin(List<ulong[]> sets, SelectionResult result, int rank)
    {
        int first = sets.FindIndex(set => set.SequenceEqual(sets[rank]));
        (double Similarity, int Rank) best = Enumerable.Range(0, first == rank || result.Twins[first] == SelectionResult.Kept ? rank : first)
            .Where(other => result.Twins[other] == SelectionResult.Kept)
            .Select(other => (BruteForce.Jaccard(sets[rank], sets[other]), other))
            .MaxBy(pair => (pair.Item1, -pair.other));
        Assert.Equal(best.Rank, result.Twins[rank]);
    }
}
