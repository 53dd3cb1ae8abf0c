using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>The next step's batch made while a step runs, with the two buffers that a GPU uses.</summary>
public class BatchPrefetcherTests
{
    private static readonly GptNeoConfig Tiny = new()
    {
        VocabSize = 97, MaxPositionEmbeddings = 32, HiddenSize = 32, NumLayers = 2, NumHeads = 2, WindowSize = 8, AttentionLayers = GptNeoConfig.Alternating(2),
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 25, BatchSize = 2, BlockSize = 32, AccumulationSteps = 2, WarmupSteps = 0, EvaluateEvery = 4, CheckpointEvery = 6, Threads = 2, PeakTeraflops = 1,
    };

    [Fact]
    public void Run_ahead_givesSameBytesAsWithout()
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.Equal(Run(new AffineData(97, 32), false), Run(new AffineData(97, 32), true));
    }

    /// <summary>The source is asked by one thread at a time, evaluations included, for each step once and in order.</summary>
    [Fact]
    public void Run_ahead_asksTheSourceOneThingAtATime()
    {
        NativeTorch.SkipWithoutLibrary();
        OneAtATime data = new();
        Run(data, true);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)(i / 2)), data.Steps);
    }

    [Fact]
    public void Run_sourceFails_isToldAtItsStepAndResumed()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        float[] straight = Run(new AffineData(97, 32), false);
        AffineData data = new(97, 32) { OnFill = step => { if (step == 11) { throw new IOException("gone"); } } };
        RecordingLog log = new();
        using (Trainer dying = Make(data, log, true))
        {
            Assert.Equal("gone", Assert.Throws<IOException>(() => dying.Run(folder.Path, CancellationToken.None)).Message);
        }

        Assert.Equal(10, log.Steps[^1].Step);
        using Trainer resumed = Make(new AffineData(97, 32), new RecordingLog(), true);
        resumed.Run(folder.Path, CancellationToken.None);
        Assert.Equal(straight, NativeTorch.Floats(resumed.NativeModel().Parameters.Values));
    }

    [Fact]
    public void Take_anotherStepThanTheNext_givesThatStep()
    {
        NativeTorch.SkipWithoutLibrary();
        using BatchPrefetcher ahead = new(4, Device.CPU, 100, (step, ids, targets) =>
        {
            ids.Fill(step);
            targets.Fill(-step);
            return step + 1;
        });
        foreach (long step in (long[])[0, 1, 2, 7, 8, 6, 6, 100, 3])
        {
            (Tensor ids, Tensor targets, long counted) = ahead.TakeStep(step);
            Assert.Equal([step, step, step, step], ids.AsSpan<long>().ToArray());
            Assert.Equal(-step, targets.AsSpan<long>()[3]);
            Assert.Equal(step + 1, counted);
            ahead.WaitUntilIdle();
        }
    }

    private static Trainer Make(ITrainingData data, RecordingLog log, bool ahead) =>
        new(Tiny, Options, data, log, null, null, new StepExecution(OnDevice: false, Recorder: null, ahead));

    private static float[] Run(ITrainingData data, bool ahead)
    {
        using TemporaryFolder folder = new();
        using Trainer trainer = Make(data, new RecordingLog(), ahead);
        trainer.Run(folder.Path, CancellationToken.None);
        return NativeTorch.Floats(trainer.NativeModel().Parameters.Values);
    }

    private sealed class OneAtATime : ITrainingData
    {
        private readonly AffineData _data = new(97, 32);
        private int _inside;

        internal List<long> Steps { get; } = [];

        public string Fingerprint => "one at a time";

        public int ValidationBatches => 3;

        public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
        {
            Assert.Equal(1, Interlocked.Increment(ref _inside));
            Thread.Sleep(2); // long enough for an evaluation to come in between, were it let
            Steps.Add(step);
            _data.FillBatch(step, microBatch, tokens, labels);
            Interlocked.Decrement(ref _inside);
        }

        public void FillValidation(int index, Span<int> tokens, Span<int> labels)
        {
            Assert.Equal(1, Interlocked.Increment(ref _inside));
            _data.FillValidation(index, tokens, labels);
            Interlocked.Decrement(ref _inside);
        }
    }
}
