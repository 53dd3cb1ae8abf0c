using DataForge.Dedup.Signatures;

namespace DataForge.Dedup.Tests.Signatures;

public class BandPlanTests
{
    [Theory]
    [InlineData(0.70, 51, 4, 8.3e-7)]
    [InlineData(0.80, 35, 5, 9.2e-7)]
    [InlineData(0.85, 36, 7, 9.1e-7)]
    [InlineData(0.95, 18, 12, 8.4e-7)]
    public void For_threshold_isAsDocumented(double threshold, int bands, int rows, double misses)
    {
        BandPlan plan = BandPlan.For(threshold, 1e-6);
        Assert.Equal(new BandPlan(bands, rows), plan);
        Assert.Equal(misses, plan.MissProbability(threshold), 0.05e-7);
    }

    [Fact]
    public void For_anyOptionsInRange_keepsThePromise()
    {
        for (double threshold = 0.5; threshold <= 1; threshold += 0.01)
        {
            foreach (double misses in new[] { 0.01, 1e-6, 1e-12 })
            {
                BandPlan plan = BandPlan.For(threshold, misses);
                Assert.InRange(plan.MissProbability(threshold), 0, misses);
                Assert.InRange(plan.Permutations, 1, BandPlan.MaxPermutations);
            }
        }
    }
}
