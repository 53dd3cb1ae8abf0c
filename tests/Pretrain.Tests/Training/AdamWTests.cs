using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Tests.Training;

public class AdamWTests
{
    /// <summary>The one-pass operator and libtorch's operators (as on a GPU); the golden runs show that the first is right.</summary>
    [Fact]
    public void Step_fusedAndByOperators_agree()
    {
        NativeTorch.SkipWithoutLibrary();
        GptNeoConfig config = new()
        {
            VocabSize = 50, MaxPositionEmbeddings = 8, HiddenSize = 12, NumLayers = 1, NumHeads = 2, AttentionLayers = GptNeoConfig.Alternating(1),
        };
        float[] fused = Run(config, true), plain = Run(config, false);
        Assert.InRange(NativeTorch.MaxDifference(fused, plain), 0, 1e-6);
    }

    private static float[] Run(GptNeoConfig config, bool fused)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using GptNeoForCausalLM model = new(config);
        model.Initialize(1);
        using AdamW optimizer = new(model.Parameters, new TrainingOptions { ClipNorm = 0.5 }) { AllowFused = fused };
        for (int step = 0; step < 10; step++)
        {
            CounterRandom random = new(2, $"{step}");
            Span<float> gradients = model.Parameters.Grads.AsSpan<float>();
            for (int i = 0; i < gradients.Length; i++)
            {
                gradients[i] = (float)random.NormalPair((ulong)i).First;
            }

            optimizer.Step(1e-2, optimizer.ClipFactor(optimizer.GradientNorm()));
        }

        return NativeTorch.Floats(model.Parameters.Values);
    }
}
