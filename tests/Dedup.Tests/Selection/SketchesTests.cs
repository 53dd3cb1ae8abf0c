using DataForge.Dedup.Selection;
using DataForge.Dedup.Tests.Testing;

namespace DataForge.Dedup.Tests.Selection;

public class SketchesTests
{
    [Theory]
    [InlineData(0.5, 84)]
    [InlineData(0.85, 182)]
    [InlineData(1.0, 256)]
    public void MinAgreeing_threshold_isTheQuantile(double threshold, int fewest) =>
        Assert.Equal(fewest, new Sketches(null!, 0, threshold, 1).MinAgreeing);

    /// <summary>
    /// Pairs exactly at the threshold are spared no oftener than the bound says: never in so few trials; pairs far below it almost always.
    /// </summary>
    [Theory]
    [InlineData(17, 2, 1)]
    [InlineData(170, 15, 15)]
    [InlineData(850, 75, 75)]
    public void Agreeing_pairsAtTheThreshold_agreeOftenEnough(int common, int onlyLeft, int onlyRight)
    {
        var random = new Random(common);
        var sketches = new Sketches(null!, 0, 0.85, 1);
        int spared = 0;
        double sum = 0;
        double squares = 0;
        const int Trials = 2_000;
        for (int trial = 0; trial < Trials; trial++)
        {
            (ulong[] left, ulong[] right) = RandomSets.Pair(random, common, onlyLeft, onlyRight);
            byte[] mine = Sketches.Make(left, sketches.NewKernel());
            int agreeing = Sketches.CountAgreeing(mine, Sketches.Make(right, sketches.NewKernel()));
            Assert.InRange(agreeing, sketches.MinAgreeing, Sketches.Rows);
            sum += agreeing;
            squares += (double)agreeing * agreeing;
            (ulong[] _, ulong[] far) = RandomSets.Pair(random, 1, 1, left.Length);
            spared += Sketches.CountAgreeing(mine, Sketches.Make(far, sketches.NewKernel())) < sketches.MinAgreeing ? 1 : 0;
        }

        // At least the mean of the binomial, and no more than its variance.
        double mean = sum / Trials;
        Assert.InRange(mean, (0.85 * Sketches.Rows) - 1, (0.851 * Sketches.Rows) + 1);
        Assert.InRange((squares / Trials) - (mean * mean), 0, 0.85 * 0.15 * Sketches.Rows * (1 + (5 * Math.Sqrt(2.0 / Trials))));
        Assert.Equal(Trials, spared);
    }
}
