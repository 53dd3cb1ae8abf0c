using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>
/// Steps as a GPU makes them, on a CPU: what the host decides goes through tensors, and the parts are played back from a tape of operators
/// that stands for CUDA graphs. The capture itself needs a GPU.
/// </summary>
public class StepGraphsTests
{
    private static readonly GptNeoConfig Tiny = new()
    {
        VocabSize = 97, MaxPositionEmbeddings = 40, HiddenSize = 32, NumLayers = 2, NumHeads = 2, WindowSize = 8,
        AttentionLayers = GptNeoConfig.Alternating(2),
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 30, BatchSize = 2, BlockSize = 32, LearningRate = 3e-3, WarmupSteps = 10, EvaluateEvery = 7, CheckpointEvery = 9, Threads = 2, PeakTeraflops = 1,
    };

    private static readonly StepExecution OnDevice = new(OnDevice: true, Recorder: null, Prefetch: false);

    /// <summary>Whether this libtorch's fused update runs here, so that the update is a recorded part too.</summary>
    private static bool UpdatesOnDevice => Ops.FusedAdamWOnDevice.HasKernel(DeviceType.CPU);

    [Theory]
    [InlineData(1, Precision.Float32)]
    [InlineData(3, Precision.Float32)]
    [InlineData(3, Precision.BFloat16)]
    public void Run_recordedSteps_equalPlainOnesToTheBit(int accumulation, Precision precision)
    {
        NativeTorch.SkipWithoutLibrary();
        TrainingOptions options = Options with { AccumulationSteps = accumulation, Precision = precision };
        RecordingLog plain = new(), recorded = new();
        TapeRecorder tape = new();
        float[] expected = Run(options, plain, OnDevice), made = Run(options, recorded, OnDevice with { Recorder = tape });
        Assert.Equal(plain.Steps.Select(Figures), recorded.Steps.Select(Figures));
        Assert.Equal(expected, made);
        Assert.Empty(recorded.Notes);
        int kinds = (accumulation > 1 ? 2 : 1) + (UpdatesOnDevice ? 1 : 0);
        Assert.Equal(kinds, tape.Recorded);
        Assert.Equal(kinds * StepGraphs.WarmUpRuns, tape.WarmedUp);
        Assert.Equal((30 * (accumulation + (UpdatesOnDevice ? 1 : 0))) - tape.WarmedUp, tape.Replayed);
    }

    [Fact]
    public void Run_onDevice_followsTheHost()
    {
        NativeTorch.SkipWithoutLibrary();
        RecordingLog host = new(), device = new();
        Run(Options, host, null);
        Run(Options, device, OnDevice with { Recorder = new TapeRecorder() });
        for (int step = 0; step < 30; step++)
        {
            Assert.Equal(host.Steps[step].Loss, device.Steps[step].Loss, 2e-5);
            Assert.Equal(host.Steps[step].GradientNorm, device.Steps[step].GradientNorm, 2e-4);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_recordingFails_goesOnAndSaysSo(int failAt)
    {
        NativeTorch.SkipWithoutLibrary();
        TrainingOptions options = Options with { AccumulationSteps = 2 };
        RecordingLog plain = new(), log = new();
        TapeRecorder tape = new() { FailAt = failAt };
        Assert.Equal(Run(options, plain, OnDevice), Run(options, log, OnDevice with { Recorder = tape }));
        Assert.Equal(plain.Steps.Select(Figures), log.Steps.Select(Figures));
        string note = Assert.Single(log.Notes);
        Assert.Contains("without CUDA graphs", note, StringComparison.Ordinal);
        Assert.Contains("out of memory", note, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', note);
        Assert.Equal(failAt, tape.Recorded);
    }

    [Fact]
    public void Run_recordedAndResumed_givesSameBytes()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        float[] straight = Run(Options, new RecordingLog(), OnDevice);
        using CancellationTokenSource cancel = new();
        RecordingLog log = new() { OnStep = step => { if (step.Step == 13) { cancel.Cancel(); } } };
        using (Trainer first = Make(Options, log, OnDevice with { Recorder = new TapeRecorder(), Prefetch = true }))
        {
            Assert.Throws<OperationCanceledException>(() => first.Run(folder.Path, cancel.Token));
        }

        using Trainer second = Make(Options, new RecordingLog(), OnDevice with { Recorder = new TapeRecorder(), Prefetch = true });
        second.Run(folder.Path, CancellationToken.None);
        Assert.Equal(straight, NativeTorch.Floats(second.NativeModel().Parameters.Values));
    }

    [Fact]
    public void Run_gradientThatIsInfinite_changesNoWeightOnTheDevice()
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.SkipWhen(!UpdatesOnDevice, $"libtorch {torch.Version} has no fused AdamW for CPUs");
        using TemporaryFolder folder = new();
        RecordingLog log = new();
        AffineData data = new(97, 32);
        using Trainer trainer = new(
            Tiny, Options with { Steps = 6, WarmupSteps = 0, EvaluateEvery = 0, CheckpointEvery = 1, CheckpointsKept = 100 }, data, log, null, null,
            OnDevice with { Recorder = new TapeRecorder() });
        Tensor weight = trainer.NativeModel().transformer.ln_f.weight.Value;
        float kept = weight.AsSpan<float>()[0];
        data.OnFill = step =>
        {
            kept = step == 5 ? kept : weight.AsSpan<float>()[0];
            weight.AsSpan<float>()[0] = step == 4 ? 3e38f : kept; // once recorded: gradients beyond float32
        };
        trainer.Run(folder.Path, CancellationToken.None);
        TrainingStepSkipped skipped = Assert.Single(log.SkippedSteps);
        Assert.Equal(4, skipped.Step);
        Assert.Equal(5, log.Steps.Count);
        Assert.All(NativeTorch.Floats(trainer.NativeModel().Parameters.Values), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Do_otherShape_isDoneAsEver()
    {
        TapeRecorder tape = new();
        using StepGraphs graphs = new(tape, Assert.Fail);
        int done = 0;
        for (int i = 0; i < 5; i++)
        {
            graphs.Run(StepPart.FirstMicroBatch, 64, () => done++);
        }

        Assert.Equal((3, 1, 2), (tape.WarmedUp, tape.Recorded, tape.Replayed));
        Assert.Equal(4, done); // the tape's recording calls it once more; a replay makes no call of its own
        graphs.Run(StepPart.FirstMicroBatch, 32, () => done++);
        graphs.Run(StepPart.NextMicroBatch, 32, () => done++);
        Assert.Equal((4, 1, 2, 6), (tape.WarmedUp, tape.Recorded, tape.Replayed, done));
    }

    [Fact]
    public void Record_workThatAsksForANumber_isRefused()
    {
        NativeTorch.SkipWithoutLibrary();
        using Tensor one = torch.full([], 1);
        Assert.Contains("asks for a number", Assert.Throws<TorchException>(() => new TapeRecorder().Record(() => one.item())).Message, StringComparison.Ordinal);
    }

    private static (double, double, double) Figures(StepMetrics step) => (step.Loss, step.GradientNorm, step.LearningRate);

    private static Trainer Make(TrainingOptions options, RecordingLog log, StepExecution? way) => new(Tiny, options, new AffineData(97, 32), log, null, null, way);

    private static float[] Run(TrainingOptions options, RecordingLog log, StepExecution? way)
    {
        using TemporaryFolder folder = new();
        using Trainer trainer = Make(options, log, way);
        trainer.Run(folder.Path, CancellationToken.None);
        return NativeTorch.Floats(trainer.NativeModel().Parameters.Values);
    }
}
