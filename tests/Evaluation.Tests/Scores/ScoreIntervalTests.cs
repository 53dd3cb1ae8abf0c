using DataForge.Evaluation.Scores;

namespace DataForge.Evaluation.Tests.Scores;

public sealed class ScoreIntervalTests
{
    private const int Problems = 164;

    private static readonly (double Concentration, int Samples, int K)[] All = [(0.5, 20, 1), (2.0, 20, 1), (2.0, 20, 10), (1.0, 1, 1)];

    private static readonly (double Concentration, int Samples, int K)[] Few = [(2.0, 20, 1), (1.0, 1, 1)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Of_valuesAllEqual_isWilsons(double value)
    {
        var interval = ScoreInterval.Of(Enumerable.Repeat(value, Problems).ToArray());
        Assert.Equal("wilson", interval.Method);
        Assert.InRange(value, interval.Low, interval.High);
        Assert.Equal(0.0229, interval.High - interval.Low, 4);
    }

    [Theory]
    [InlineData(-1.959963984540054, 0.025)]
    [InlineData(0, 0.5)]
    [InlineData(2.5758293035489004, 0.995)]
    [InlineData(-4, 3.167124183311986e-5)]
    public void Normal_ofKnownValues_isTheTables(double x, double probability)
    {
        Assert.Equal(probability, Normal.Distribution(x), 12);
        Assert.Equal(x, Normal.Quantile(probability), 9);
    }

    [Fact]
    public void Of_simulatedProblems_coversTheTruthIn92To97Percent()
    {
        // The truth is the mean over the distribution that the problems' own chances are drawn from: a beta distribution of mean p, either
        // with most problems very easy or very hard (concentration 0.5) or all of a middling kind (2).
        bool full = Environment.GetEnvironmentVariable("DATAFORGE_TEST_PASSK_FULL") is not null;
        double[] means = full ? [0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95] : [0.1, 0.5];
        int runs = full ? 3000 : 1000;
        var random = new Random(7);
        var wrong = new List<string>();
        foreach (double mean in means)
        {
            foreach ((double concentration, int samples, int k) in full ? All : Few)
            {
                double a = mean * concentration, b = (1 - mean) * concentration;
                double truth = 1 - Enumerable.Range(0, k).Aggregate(1.0, (product, j) => product * (b + j) / (a + b + j));
                if (truth is < 0.05 or > 0.95)
                {
                    continue;
                }

                int covered = 0;
                for (int run = 0; run < runs; run++)
                {
                    var counts = new SampleCounts[Problems];
                    for (int i = 0; i < Problems; i++)
                    {
                        double chance = Beta(random, a, b);
                        counts[i] = new(samples, Enumerable.Range(0, samples).Count(_ => random.NextDouble() < chance));
                    }

                    ScoreInterval interval = PassAtK.OfProblems(counts, k)!.Interval;
                    covered += interval.Low <= truth && truth <= interval.High ? 1 : 0;
                }

                double share = (double)covered / runs;
                TestContext.Current.SendDiagnosticMessage($"p {mean}, concentration {concentration}, n {samples}, k {k}: {share:P2}");
                if (share is < 0.92 or > 0.97)
                {
                    wrong.Add($"p {mean}, concentration {concentration}, n {samples}, k {k}: {share:P2}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    private static double Beta(Random random, double a, double b)
    {
        double x = Gamma(random, a), y = Gamma(random, b);
        return x + y == 0 ? random.NextDouble() < a / (a + b) ? 1 : 0 : x / (x + y);
    }

    // Marsaglia and Tsang (2000); for shapes below 1, one more factor.
    private static double Gamma(Random random, double shape)
    {
        if (shape < 1)
        {
            return Gamma(random, shape + 1) * Math.Pow(random.NextDouble(), 1 / shape);
        }

        double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }
}
