using DataForge.Pretrain.Data;

namespace DataForge.Pretrain.Tests.Data;

public class UnigramEntropyTests
{
    [Fact]
    public void NatsPerToken_knownDistributions_areExact()
    {
        UnigramEntropy even = new(8), lone = new(8), skewed = new(8);
        for (int i = 0; i < 8; i++)
        {
            even.Add(i);
            lone.Add(3);
            skewed.Add(i < 6 ? 0 : 1);
        }

        Assert.Equal(Math.Log(8), even.NatsPerToken, 12);
        Assert.Equal(0, lone.NatsPerToken, 12);
        Assert.Equal(-(0.75 * Math.Log(0.75)) - (0.25 * Math.Log(0.25)), skewed.NatsPerToken, 12);
        Assert.Equal(0, new UnigramEntropy(8).NatsPerToken);
    }

    [Fact]
    public void OfValidation_blocks_countsWhatIsPredicted()
    {
        using ShardFolder shards = new();
        shards.Add([5, 9, 3]);
        using PackedTrainingData data = new(shards.Paths, shards.Paths, new PackedDataOptions { BlockSize = 8, BatchSize = 2, VocabularySize = 10, FillerToken = 0 });
        // 23 tokens in 3 blocks, of each of which the first predicts nothing before it.
        Assert.Equal(20, UnigramEntropy.OfValidation(data, 2, 8, 10).Tokens);
    }
}
