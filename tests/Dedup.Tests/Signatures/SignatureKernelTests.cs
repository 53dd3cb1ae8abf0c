using DataForge.Dedup.Signatures;
using DataForge.Dedup.Tests.Testing;

namespace DataForge.Dedup.Tests.Signatures;

/// <summary>The estimator against exact Jaccard: no bias, and no more variance than as many independent permutations have.</summary>
public class SignatureKernelTests
{
    private static readonly BandPlan Plan = BandPlan.For(0.85, 1e-6);

    // (common, only in one, only in the other): similarities 0.2 to 0.95, unions from 2 to 20,000 where there are 252 bins.
    public static TheoryData<int, int, int> Pairs => new()
    {
        { 1, 1, 0 }, { 6, 1, 0 }, { 17, 2, 1 }, { 17, 0, 3 }, { 4, 8, 8 }, { 85, 8, 7 }, { 170, 0, 30 }, { 214, 19, 19 }, { 425, 38, 37 },
        { 850, 100, 50 }, { 500, 250, 250 }, { 4_000, 8_000, 8_000 }, { 19_000, 500, 500 },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Sign_manyPairs_estimatesWithoutBias(int common, int onlyLeft, int onlyRight)
    {
        double truth = (double)common / (common + onlyLeft + onlyRight);
        int trials = Math.Clamp(1_500_000 / (common + onlyLeft + onlyRight), 200, 3_000);
        double sum = 0;
        double squares = 0;
        foreach ((int rows, _) in Agreements(common, onlyLeft, onlyRight, trials))
        {
            double estimate = (double)rows / Plan.Permutations;
            sum += estimate;
            squares += (estimate - truth) * (estimate - truth);
        }

        // As many independent permutations would have a variance of J(1−J)/k; the mean of the trials lies within five standard errors of J.
        double variance = truth * (1 - truth) / Plan.Permutations;
        Assert.InRange((sum / trials) - truth, -5 * Math.Sqrt(variance / trials), 5 * Math.Sqrt(variance / trials));
        // The variance of a sample's variance is about 2/trials of its square.
        Assert.InRange(squares / trials / variance, 0, 1 + (5 * Math.Sqrt(2.0 / trials)));
    }

    /// <summary>
    /// Bands agree as the arithmetic of <see cref="BandPlan"/> says, which takes rows for independent. So few bands are looked at that
    /// misses are frequent enough to count.
    /// </summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void BandKeys_manyPairs_missAsOftenAsComputed(int common, int onlyLeft, int onlyRight)
    {
        double truth = (double)common / (common + onlyLeft + onlyRight);
        int trials = Math.Clamp(1_500_000 / (common + onlyLeft + onlyRight), 200, 3_000);
        double agreement = Math.Pow(truth, Plan.Rows);
        int bands = Math.Clamp((int)(1 / agreement), 1, Plan.Bands);
        int misses = Agreements(common, onlyLeft, onlyRight, trials).Count(pair => !pair.Bands[..bands].Contains(true));
        double expected = Math.Pow(1 - agreement, bands);
        double error = Math.Sqrt(expected * (1 - expected) / trials);
        Assert.InRange((double)misses / trials, 0, expected + (5 * error));
    }

    [Fact]
    public void BandKeys_disjointSets_shareNone()
    {
        var random = new Random(3);
        var kernel = new SignatureKernel(Plan, 1);
        var seen = new HashSet<(int, ulong)>();
        var keys = new ulong[Plan.Bands];
        for (int i = 0; i < 2_000; i++)
        {
            kernel.BandKeys(RandomSets.Set(random, 1 + (i % 50)), keys);
            for (int band = 0; band < keys.Length; band++)
            {
                Assert.NotEqual(0UL, keys[band]);
                Assert.True(seen.Add((band, keys[band])));
            }
        }
    }

    private static IEnumerable<(int Rows, bool[] Bands)> Agreements(int common, int onlyLeft, int onlyRight, int trials)
    {
        var random = new Random(common + (31 * onlyLeft) + (37 * onlyRight));
        var left = new SignatureKernel(Plan, 42);
        var right = new SignatureKernel(Plan, 42);
        var leftKeys = new ulong[Plan.Bands];
        var rightKeys = new ulong[Plan.Bands];
        for (int trial = 0; trial < trials; trial++)
        {
            (ulong[] a, ulong[] b) = RandomSets.Pair(random, common, onlyLeft, onlyRight);
            ReadOnlySpan<ulong> mine = left.Sign(a);
            ReadOnlySpan<ulong> other = right.Sign(b);
            int rows = 0;
            for (int i = 0; i < mine.Length; i++)
            {
                rows += mine[i] == other[i] ? 1 : 0;
            }

            left.BandKeys(a, leftKeys);
            right.BandKeys(b, rightKeys);
            yield return (rows, [.. leftKeys.Zip(rightKeys, (x, y) => x == y)]);
        }
    }
}
