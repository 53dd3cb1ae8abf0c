using System.Numerics;
using DataForge.Evaluation.Scores;

namespace DataForge.Evaluation.Tests.Scores;

public sealed class PassAtKTests
{
    private const int Most = 200;

    [Fact]
    public void Estimate_ofAllCountsUpTo200_equalsTheDirectComputation()
    {
        // Binomial coefficients as integers, then one division: n ≤ 200, c ≤ n, k ≤ n.
        var choose = new double[Most + 1, Most + 1];
        var row = new BigInteger[Most + 1];
        row[0] = 1;
        choose[0, 0] = 1;
        for (int n = 1; n <= Most; n++)
        {
            for (int k = n; k >= 1; k--)
            {
                row[k] += row[k - 1];
            }

            for (int k = 0; k <= n; k++)
            {
                choose[n, k] = (double)row[k];
            }
        }

        double worst = 0;
        for (int n = 1; n <= Most; n++)
        {
            for (int c = 0; c <= n; c++)
            {
                for (int k = 1; k <= n; k++)
                {
                    double direct = 1 - (choose[n - c, k] / choose[n, k]);
                    worst = Math.Max(worst, Math.Abs(direct - PassAtK.Estimate(n, c, k)));
                }
            }
        }

        Assert.True(worst < 1e-13, $"they differ by {worst}");
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 0, 0)]
    [InlineData(5, 6, 1)]
    [InlineData(5, -1, 1)]
    [InlineData(5, 2, 6)]
    public void Estimate_ofImpossibleCounts_isRefused(int samples, int passed, int k) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PassAtK.Estimate(samples, passed, k));

    [Fact]
    public void OfProblems_whereOneHasFewerSamplesThanK_isNotGiven()
    {
        SampleCounts[] problems = [new(10, 3), new(9, 3)];
        Assert.Null(PassAtK.OfProblems(problems, 10));
        Assert.NotNull(PassAtK.OfProblems(problems, 9));
        Assert.Null(PassAtK.OfProblems([], 1));
    }

    [Fact]
    public void OfProblems_isTheMeanOfTheirEstimates()
    {
        Score score = PassAtK.OfProblems([new(10, 10), new(10, 0), new(2, 1), new(4, 1)], 1)!;
        Assert.Equal((1 + 0 + 0.5 + 0.25) / 4, score.Mean, 12);
        Assert.InRange(score.Mean, score.Interval.Low, score.Interval.High);
        Assert.Equal(score, PassAtK.OfProblems([new(10, 10), new(10, 0), new(2, 1), new(4, 1)], 1));
    }
}
