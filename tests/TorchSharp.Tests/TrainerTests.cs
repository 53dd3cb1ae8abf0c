using DataForge.Pretrain;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Training;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.TorchSharp.Tests;

/// <summary>What differs from the native engine, whose tests cover the loop that both share.</summary>
public class TrainerTests
{
    private static readonly GptNeoConfig Config = new()
    {
        VocabSize = 64, MaxPositionEmbeddings = 32, HiddenSize = 32, NumLayers = 2, NumHeads = 2, WindowSize = 8,
        AttentionLayers = GptNeoConfig.Alternating(2),
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 6, BatchSize = 2, BlockSize = 32, LearningRate = 1e-3, WarmupSteps = 2, EvaluateEvery = 3, CheckpointEvery = 3, Threads = 2,
        PeakTeraflops = 1, Engine = TrainingEngine.TorchSharp,
    };

    [Fact]
    public void Run_twice_givesSameBytesAndLowersTheLoss()
    {
        using TemporaryFolder folder = new();
        RecordingLog log = Train(Options with { Steps = 60 }, folder["one"]);
        Train(Options with { Steps = 60 }, folder["two"]);
        Assert.Equal(Tensors(folder["one"], 60), Tensors(folder["two"], 60));
        Assert.True(log.Steps[^1].Loss < log.Steps[0].Loss - 0.1);
        Assert.Contains("TorchSharp", log.Starts[0].Libtorch, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_checkpointOfTheNativeEngine_isRefusedWithTheRemedy()
    {
        using TemporaryFolder folder = new();
        Train(Options, folder["run"]);
        string state = Path.Combine(new CheckpointStore(folder["run"]).PathOf(6), "checkpoint.json");
        File.WriteAllText(state, File.ReadAllText(state).Replace("\"TorchSharp\"", "\"Native\"", StringComparison.Ordinal));
        TrainingException e = Assert.Throws<TrainingException>(() => Train(Options, folder["run"]));
        Assert.Contains("pretrain.engine=native", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("cuda", Precision.Float32, "computes on a CPU")]
    [InlineData("cpu", Precision.BFloat16, "computes in float32")]
    public void Trainer_whatTheEngineCannot_isRefused(string device, Precision precision, string message)
    {
        TrainingOptions options = Options with { Device = device, Precision = precision };
        TrainingException e = Assert.Throws<TrainingException>(() => new Trainer(Config, options, new AffineData(64, 32), new RecordingLog()));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Export_afterRun_holdsTheBestCheckpointsWeights()
    {
        using TemporaryFolder folder = new();
        using Trainer trainer = new(Config, Options, new AffineData(64, 32), new RecordingLog());
        trainer.Run(folder["run"], CancellationToken.None);
        trainer.Export(folder["run"], folder["export"]);
        using SafeTensors export = new(Path.Combine(folder["export"], GptNeoWeights.FileName));
        using SafeTensors best = new(Path.Combine(new CheckpointStore(folder["run"]).PathOf(trainer.BestStep), "tensors.safetensors"));
        Assert.Equal(Config.ParameterCount, export.Entries.Values.Sum(entry => entry.Numel));
        Assert.All(export.Entries.Keys, name => Assert.Equal(best.ReadFloats(name), export.ReadFloats(name)));
        Assert.Equal(Config.Fingerprint(), GptNeoConfig.Load(Path.Combine(folder["export"], "config.json")).Fingerprint());
    }

    [Fact]
    public void Run_batchWithoutCountedTokens_isSkipped()
    {
        using TemporaryFolder folder = new();
        RecordingLog log = new();
        using Trainer trainer = new(Config, Options with { MaxSkippedInARow = 2 }, new UncountedData(), log);
        Assert.Throws<TrainingException>(() => trainer.Run(folder.Path, CancellationToken.None));
        Assert.Equal(2, log.SkippedSteps.Count);
    }

    [Fact]
    public void Run_cancelledInAStep_leavesTheWeightsBeforeIt()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        AffineData data = new(64, 32) { OnFill = step => { if (step == 4) { stop.Cancel(); } } };
        using (Trainer trainer = new(Config, Options, data, new RecordingLog()))
        {
            Assert.ThrowsAny<OperationCanceledException>(() => trainer.Run(folder["stopped"], stop.Token));
        }

        Train(Options, folder["stopped"]);
        Train(Options, folder["straight"]);
        Assert.Equal(Tensors(folder["straight"], 6), Tensors(folder["stopped"], 6));
    }

    private static RecordingLog Train(TrainingOptions options, string folder)
    {
        RecordingLog log = new();
        using Trainer trainer = new(Config, options, new AffineData(64, 32), log);
        trainer.Run(folder, CancellationToken.None);
        return log;
    }

    private static byte[] Tensors(string folder, long step) =>
        File.ReadAllBytes(Path.Combine(new CheckpointStore(folder).PathOf(step), "tensors.safetensors"));

    private sealed class UncountedData : ITrainingData
    {
        public string Fingerprint => "uncounted";

        public int ValidationBatches => 0;

        public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels) => labels.Fill(ITrainingData.IgnoredLabel);

        public void FillValidation(int index, Span<int> tokens, Span<int> labels) => throw new NotSupportedException();
    }
}
