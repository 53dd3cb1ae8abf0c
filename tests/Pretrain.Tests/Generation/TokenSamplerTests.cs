using DataForge.Pretrain.Generation;

namespace DataForge.Pretrain.Tests.Generation;

public class TokenSamplerTests
{
    private static readonly float[] Logits = [.. new[] { 0.1, 0.4, 0.2, 0.3 }.Select(p => (float)Math.Log(p))];

    [Fact]
    public void Choose_greedy_takesLargestAndFirstOfEqual()
    {
        TokenSampler sampler = new(new GenerationOptions(), 4);
        Assert.Equal(1, sampler.Choose(Logits, 0));
        Assert.Equal(0, sampler.Choose([2, 1, 2, 2], 0));
    }

    [Theory]
    [InlineData(1.0, 1.0, 0, new[] { 0.1, 0.4, 0.2, 0.3 })]
    [InlineData(1.0, 0.7, 0, new[] { 0, 0.4 / 0.7, 0, 0.3 / 0.7 })]
    [InlineData(1.0, 0.01, 0, new[] { 0.0, 1, 0, 0 })]
    [InlineData(0.5, 1.0, 0, new[] { 0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3 })]
    [InlineData(1.0, 1.0, 3, new[] { 0, 0.4 / 0.9, 0.2 / 0.9, 0.3 / 0.9 })]
    [InlineData(1.0, 0.7, 3, new[] { 0, 0.4 / 0.7, 0, 0.3 / 0.7 })] // 0.4 of 0.9 is less than 0.7 of it, 0.7 is more
    [InlineData(1.0, 1.0, 9, new[] { 0.1, 0.4, 0.2, 0.3 })]
    public void Choose_manyDraws_followTheDistribution(double temperature, double topP, int topK, double[] expected)
    {
        const int Draws = 40_000;
        TokenSampler sampler = new(new GenerationOptions { Temperature = temperature, TopP = topP, TopK = topK, Seed = 5 }, 4);
        int[] counts = new int[4];
        for (int i = 0; i < Draws; i++)
        {
            counts[sampler.Choose(Logits, i)]++;
        }

        for (int i = 0; i < 4; i++)
        {
            // Five standard deviations of a binomial count.
            Assert.Equal(expected[i], (double)counts[i] / Draws, 5 * Math.Sqrt(0.25 / Draws));
            Assert.True(expected[i] > 0 || counts[i] == 0);
        }
    }

    [Theory]
    [InlineData(0.7, 0.9, 0)]
    [InlineData(1.3, 0.95, 25)]
    [InlineData(1.0, 1.0, 10)]
    public void Choose_largerVocabulary_chiSquareFits(double temperature, double topP, int topK)
    {
        const int Draws = 50_000, Vocabulary = 60;
        Random random = new(7);
        float[] logits = [.. Enumerable.Range(0, Vocabulary).Select(_ => (float)(random.NextDouble() * 4))];
        double[] expected = Expected(logits, temperature, topP, topK);
        TokenSampler sampler = new(new GenerationOptions { Temperature = temperature, TopP = topP, TopK = topK, Seed = 3 }, Vocabulary);
        int[] counts = new int[Vocabulary];
        for (int i = 0; i < Draws; i++)
        {
            counts[sampler.Choose(logits, i)]++;
        }

        Assert.All(Enumerable.Range(0, Vocabulary), token => Assert.True(expected[token] > 0 || counts[token] == 0));
        double chiSquare = Enumerable.Range(0, Vocabulary).Where(token => expected[token] > 0)
            .Sum(token => Math.Pow(counts[token] - (Draws * expected[token]), 2) / (Draws * expected[token]));
        int freedom = expected.Count(p => p > 0) - 1;
        Assert.InRange(chiSquare, 0, freedom + (4 * Math.Sqrt(2.0 * freedom))); // four standard deviations of chi-square
    }

    [Fact]
    public void Choose_repeatedTokens_arePenalisedOnBothSidesOfZero()
    {
        TokenSampler sampler = new(new GenerationOptions { RepetitionPenalty = 2 }, 3);
        Assert.Equal(0, sampler.Choose([3, 2, 1], 0));
        sampler.Record(0);
        Assert.Equal(1, sampler.Choose([3, 2, 1], 1));
        Assert.Equal(1, sampler.Choose([-3, -4, -7], 2));
    }

    // Written the other way round: the whole distribution first, then what is kept of it.
    private static double[] Expected(float[] logits, double temperature, double topP, int topK)
    {
        double[] p = [.. logits.Select(x => Math.Exp(x / temperature))];
        int[] order = [.. Enumerable.Range(0, p.Length).OrderByDescending(i => p[i]).Take(topK == 0 ? p.Length : topK)];
        double sum = order.Sum(i => p[i]), before = 0;
        List<int> kept = [];
        foreach (int i in order.Where(_ => before < topP))
        {
            kept.Add(i);
            before += p[i] / sum;
        }

        double all = kept.Sum(i => p[i]);
        return [.. p.Select((value, i) => kept.Contains(i) ? value / all : 0)];
    }
}
