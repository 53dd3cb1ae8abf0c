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
    [InlineData(Precision.Auto, "cuda:0", TrainingEngine.Native, false, Precision.BFloat16)]
    [InlineData(Precision.Auto, "cpu", TrainingEngine.Native, true, Precision.BFloat16)]
    [InlineData(Precision.Auto, "cpu", TrainingEngine.Native, false, Precision.Float32)]
    [InlineData(Precision.Auto, "cpu", TrainingEngine.TorchSharp, true, Precision.Float32)]
    [InlineData(Precision.Float32, "cuda", TrainingEngine.Native, true, Precision.Float32)]
    [InlineData(Precision.BFloat16, "cpu", TrainingEngine.Native, false, Precision.BFloat16)]
    public void Resolve_auto_isTheFasterOfTheDevice(Precision requested, string device, TrainingEngine engine, bool hasAmx, Precision expected) =>
        Assert.Equal(expected, Precisions.Resolve(requested, device, engine, hasAmx));

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void Keep_autoWithACheckpoint_isTheCheckpoints(Precision begun)
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        CheckpointStore checkpoints = new(folder.Path);
        Precision other = begun == Precision.Float32 ? Precision.BFloat16 : Precision.Float32;
        Assert.Equal(other, Precisions.Keep(Precision.Auto, Options with { Precision = other }, checkpoints));

        Run(folder.Path, Options with { Steps = 5, Precision = begun }, new RecordingLog());
        Assert.Equal(begun, Precisions.Keep(Precision.Auto, Options with { Precision = other }, checkpoints));
        Assert.Equal(other, Precisions.Keep(other, Options with { Precision = other }, checkpoints));

        string state = Path.Combine(checkpoints.PathOf(5), "checkpoint.json"), text = File.ReadAllText(state);
        File.WriteAllText(state, text.Replace($"\"precision\": \"{begun}\"", "\"precision\": null", StringComparison.Ordinal)); // as of before it was written
        Assert.NotEqual(text, File.ReadAllText(state));
        Assert.Equal(begun, Precisions.Keep(Precision.Auto, Options with { Precision = other }, checkpoints));

        File.WriteAllText(state, "{");
        Assert.Equal(other, Precisions.Keep(Precision.Auto, Options with { Precision = other }, checkpoints));
    }

    [Fact]
    public void GeluTanh_bfloat16_isFloat32sRounded()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        float[] values = [.. Enumerable.Range(-4000, 8001).Select(i => i / 400f), 1e4f, -1e4f, 3e38f, -3e38f, 0, float.PositiveInfinity, float.NaN];
        Tensor x = torch.tensor(values, values.Length).to(ScalarType.BFloat16), dy = torch.full([values.Length], 0.75, ScalarType.BFloat16);
        Tensor wide = x.to(ScalarType.Float32), wideDy = dy.to(ScalarType.Float32);
        AreNear(Functional.GeluTanh(wide), Functional.GeluTanh(x));
        AreNear(Functional.GeluTanhBackward(wideDy, wide), Functional.GeluTanhBackward(dy, x), values.Length - 7); // beyond, the plain formula overflows

        static void AreNear(Tensor expected, Tensor seen, int count = int.MaxValue)
        {
            float[] rounded = NativeTorch.Floats(expected.to(ScalarType.BFloat16).to(ScalarType.Float32)), got = NativeTorch.Floats(seen.to(ScalarType.Float32));
            for (int i = 0; i < Math.Min(count, got.Length); i++)
            {
                Assert.True(
                    got[i].Equals(rounded[i]) || Math.Abs(got[i] - rounded[i]) <= Math.Max(Math.Abs(rounded[i]) / 128, 1e-6f), // one unit in the last place
                    $"{i}: {got[i]:R} where {rounded[i]:R} was expected");
            }
        }
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
