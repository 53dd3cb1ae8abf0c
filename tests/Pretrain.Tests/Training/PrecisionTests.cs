using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>Computing in bfloat16 over float32 weights, as on a GPU; here on the CPU, whose libtorch has the same operators.</summary>
public class PrecisionTests
{
    private static readonly GptNeoConfig Tiny = new()
    {
        VocabSize = 97, MaxPositionEmbeddings = 32, HiddenSize = 32, NumLayers = 2, NumHeads = 2, WindowSize = 8, AttentionLayers = GptNeoConfig.Alternating(2),
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 40, BatchSize = 2, BlockSize = 32, AccumulationSteps = 2, LearningRate = 3e-3, WarmupSteps = 5, CheckpointEvery = 15, Threads = 2, PeakTeraflops = 1,
    };

    [Fact]
    public void Run_bfloat16_followsFloat32AndResumesToTheBit()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        RecordingLog wide = new(), narrow = new();
        Run(folder["wide"], Options, wide);
        TrainingOptions inHalf = Options with { Precision = Precision.BFloat16 };
        float[] straight = Run(folder["narrow"], inHalf, narrow);
        for (int step = 0; step < 40; step++)
        {
            Assert.Equal(wide.Steps[step].Loss, narrow.Steps[step].Loss, 0.03); // 8 bits of mantissa: 0.4 % a rounding
        }

        Assert.True(narrow.Steps[^1].Loss < narrow.Steps[0].Loss - 0.3);

        using CancellationTokenSource cancel = new();
        RecordingLog log = new() { OnStep = step => { if (step.Step == 21) { cancel.Cancel(); } } };
        using (Trainer part = new(Tiny, inHalf, new AffineData(97, 32), log))
        {
            Assert.Throws<OperationCanceledException>(() => part.Run(folder["resumed"], cancel.Token));
        }

        Assert.Equal(straight, Run(folder["resumed"], inHalf, new RecordingLog()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ForwardBackward_bfloat16_gradientsAreNearFloat32s(bool fused)
    {
        NativeTorch.SkipWithoutLibrary();
        float[] wide = Gradients(false, fused), narrow = Gradients(true, fused);
        double error = 0, size = 0;
        for (int i = 0; i < wide.Length; i++)
        {
            error += Math.Pow(narrow[i] - wide[i], 2);
            size += Math.Pow(wide[i], 2);
        }

        Assert.InRange(Math.Sqrt(error / size), 1e-6, 0.02);
    }

    [Fact]
    public void Checkpoint_ofTheOtherPrecision_isRefused()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        Run(folder.Path, Options with { Steps = 5 }, new RecordingLog());
        Assert.Contains(
            "is of another run: its options",
            Assert.Throws<TrainingException>(() => Run(folder.Path, Options with { Steps = 5, Precision = Precision.BFloat16 }, new RecordingLog())).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.13.0", false)]
    [InlineData("2.4.1+cu121", false)]
    [InlineData("2.5.0", true)]
    [InlineData("2.11.0+cu130", true)]
    [InlineData("3.0.0", true)]
    public void HasWindows_version_isReadAsNumbers(string version, bool expected) => Assert.Equal(expected, FlashAttention.HasWindows(version));

    private static float[] Run(string folder, TrainingOptions options, RecordingLog log)
    {
        using Trainer trainer = new(Tiny, options, new AffineData(97, 32), log);
        trainer.Run(folder, CancellationToken.None);
        return NativeTorch.Floats(trainer.NativeModel().Parameters.Values);
    }

    private static float[] Gradients(bool narrow, bool fused)
    {
        using GptNeoForCausalLM model = new(Tiny, bfloat16: narrow);
        model.Initialize(3);
        model.RefreshComputeValues();
        foreach (GptNeoBlock block in model.transformer.h)
        {
            block.attn.Core.AllowFused = fused;
        }

        using DisposeScope scope = torch.NewDisposeScope();
        int[] tokens = new int[64], labels = new int[64];
        new AffineData(97, 32).FillBatch(0, 0, tokens, labels);
        long[] ids = [.. tokens.Select(token => (long)token)], targets = [.. ids.Select((_, i) => (i + 1) % 32 == 0 ? -100 : ids[i + 1])];
        model.ForwardBackward(torch.tensor(ids, 64), torch.tensor(targets, 64), 2, 32, 1.0 / 62, accumulate: false);
        return NativeTorch.Floats(model.Parameters.Grads);
    }
}
