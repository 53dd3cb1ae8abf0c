using DataForge.Dedup.Selection;
using DataForge.Dedup.Tests.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Dedup.Tests.Selection;

public class JaccardTests
{
    [Fact]
    public void OfAtLeast_anySets_isExactOrBelow() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        (ulong[] left, ulong[] right) = RandomSets.Pair(random, random.Next(1, 400), random.Next(0, 100), random.Next(0, 100));
        double truth = BruteForce.Jaccard(left, right);
        Assert.Equal(truth, Jaccard.Of(left, right));
        foreach (double threshold in new[] { 0.5, 0.7, 0.85, truth, Math.BitIncrement(truth), 1.0 })
        {
            Assert.Equal(truth >= threshold ? truth : -1, Jaccard.OfAtLeast(left, right, threshold));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void OfAtLeast_exactlyAtThreshold_counts()
    {
        (ulong[] left, ulong[] right) = RandomSets.Pair(new Random(1), 17, 1, 2);
        Assert.Equal(0.85, Jaccard.OfAtLeast(left, right, 0.85));
    }
}
