using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>What only a GPU can show; skipped without one. <c>tests/Benchmarks/gpu/run.sh golden</c> runs them.</summary>
public class GpuTests
{
    private static readonly GptNeoConfig Small = new()
    {
        VocabSize = 512, MaxPositionEmbeddings = 512, HiddenSize = 128, NumLayers = 4, NumHeads = 2, WindowSize = 64, AttentionLayers = GptNeoConfig.Alternating(4),
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 40, BatchSize = 4, BlockSize = 512, AccumulationSteps = 2, LearningRate = 1e-3, WarmupSteps = 5, EvaluateEvery = 10, CheckpointEvery = 15,
        PeakTeraflops = 1, Device = "cuda", Precision = Precision.BFloat16,
    };

    /// <summary>Flash attention and its gradient, windows too, against the plain formula in float32 on the CPU.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(256)]
    public void FlashAttention_forthAndBack_isNearThePlainFormula(int window)
    {
        SkipWithoutGpu();
        Assert.SkipWhen(!FlashAttention.IsAvailable, $"libtorch {torch.Version} has no flash attention with windows");
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor kvq = Random("kvq", [2 * 512, 3 * 128]), dy = Random("dy", [2 * 512, 128]);
        CausalAttention plain = new(2, 64, window), flash = new(2, 64, window);
        float[] expected = NativeTorch.Floats(plain.Forward(kvq, 2, 512)), expectedGradient = NativeTorch.Floats(plain.Backward(dy));
        Tensor seen = flash.Forward(kvq.to(Device.Parse("cuda")).to(ScalarType.BFloat16), 2, 512, bfloat16: true);
        Tensor gradient = flash.Backward(dy.to(Device.Parse("cuda")).to(ScalarType.BFloat16));
        Assert.InRange(RelativeError(NativeTorch.Floats(seen.to(ScalarType.Float32)), expected), 0, 0.02);
        Assert.InRange(RelativeError(NativeTorch.Floats(gradient.to(ScalarType.Float32)), expectedGradient), 0, 0.02);
    }

    /// <summary>float32 on the GPU follows float32 on the CPU.</summary>
    [Fact]
    public void Run_float32_followsTheCpu()
    {
        SkipWithoutGpu();
        RecordingLog cpu = Run(Options with { Device = "cpu", Precision = Precision.Float32 }), gpu = Run(Options with { Precision = Precision.Float32 });
        AssertNear(cpu, gpu, 1e-4);
    }

    /// <summary>With each technique left out in turn a run makes nearly the same losses: a GPU adds in no fixed order.</summary>
    [Fact]
    public void Run_eachTechniqueLeftOut_makesTheSameLosses()
    {
        SkipWithoutGpu();
        RecordingLog all = Run(Options);
        Assert.Empty(all.Notes); // graphs were captured
        GpuOptimizations techniques = new();
        foreach (GpuOptimizations without in (GpuOptimizations[])[
            techniques with { FlashAttention = false }, techniques with { FusedOptimizer = false }, techniques with { CudaGraphs = false }, techniques with { PrefetchBatches = false }])
        {
            AssertNear(all, Run(Options with { Gpu = without }), 0.02);
        }
    }

    private static void AssertNear(RecordingLog expected, RecordingLog made, double tolerance)
    {
        Assert.Empty(made.Notes);
        Assert.Equal(expected.Steps.Count, made.Steps.Count);
        for (int step = 0; step < expected.Steps.Count; step++)
        {
            Assert.Equal(expected.Steps[step].Loss, made.Steps[step].Loss, tolerance);
        }

        Assert.Equal(expected.Evaluations[^1].Loss, made.Evaluations[^1].Loss, tolerance);
    }

    private static RecordingLog Run(TrainingOptions options)
    {
        using TemporaryFolder folder = new();
        RecordingLog log = new();
        using Trainer trainer = new(Small, options, new AffineData(512, 512), log);
        trainer.Run(folder.Path, CancellationToken.None);
        return log;
    }

    private static double RelativeError(float[] made, float[] expected)
    {
        double error = 0, size = 0;
        for (int i = 0; i < made.Length; i++)
        {
            error += Math.Pow(made[i] - expected[i], 2);
            size += Math.Pow(expected[i], 2);
        }

        return Math.Sqrt(error / size);
    }

    private static Tensor Random(string name, long[] shape)
    {
        Tensor tensor = torch.empty(shape);
        CounterRandom random = new(9, name);
        Span<float> values = tensor.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = 0.3f * (float)random.NormalPair((ulong)i).First;
        }

        return tensor;
    }

    private static void SkipWithoutGpu()
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.SkipWhen(!torch.CudaAvailable, $"there is no GPU, or libtorch {torch.Version} has no CUDA");
    }
}
