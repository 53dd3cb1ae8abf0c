using DataForge.Pretrain.Model;

namespace DataForge.Benchmarks;

/// <summary>A model of random weights, for benchmarks that need no meaning.</summary>
internal static class RandomModel
{
    private const int Vocabulary = 900;

    /// <summary>Makes one; it needs the native engine.</summary>
    public static GptNeoForCausalLM Create(int hidden, int layers, int positions)
    {
        var model = new GptNeoForCausalLM(
            new GptNeoConfig
            {
                VocabSize = Vocabulary, HiddenSize = hidden, NumLayers = layers, NumHeads = 8, AttentionLayers = GptNeoConfig.Alternating(layers),
                MaxPositionEmbeddings = positions, BosTokenId = Vocabulary - 1, EosTokenId = Vocabulary - 1,
            },
            forTraining: false);
        model.Initialize(1);
        return model;
    }
}
