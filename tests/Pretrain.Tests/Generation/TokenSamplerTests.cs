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
    [InlineData(1.0, 1.0, new[] { 0.1, 0.4, 0.2, 0.3 })]
    [InlineData(1.0, 0.7, new[] { 0, 0.4 / 0.7, 0, 0.3 / 0.7 })]
    [InlineData(1.0, 0.01, new[] { 0.0, 1, 0, 0 })]
    [InlineData(0.5, 1.0, new[] { 0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3 })]
    public void Choose_manyDraws_followTheDistribution(double temperature, double topP, double[] expected)
    {
        const int Draws = 40_000;
        TokenSampler sampler = new(new GenerationOptions { Temperature = temperature, TopP = topP, Seed = 5 }, 4);
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
}
