using System.Security.Cryptography;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Stages;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

public class TrainerTests
{
    private static readonly GptNeoConfig Tiny = new()
    {
        VocabSize = 97, MaxPositionEmbeddings = 40, HiddenSize = 32, NumLayers = 2, NumHeads = 2, WindowSize = 8,
        AttentionLayers = GptNeoConfig.Alternating(2), EosTokenId = 96,
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 60, BatchSize = 4, BlockSize = 32, LearningRate = 3e-3, WarmupSteps = 10, EvaluateEvery = 20, CheckpointEvery = 7, Threads = 2,
        PeakTeraflops = 1,
    };

    [Fact]
    public void Run_learnableData_lossFallsAndIsLogged()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        RecordingLog log = new();
        using Trainer trainer = new(Tiny, Options with { Steps = 200 }, new AffineData(97, 32), log);
        trainer.Run(folder.Path, CancellationToken.None);
        Assert.True(log.Steps[^1].Loss < log.Steps[0].Loss - 0.8, $"{log.Steps[0].Loss} to {log.Steps[^1].Loss}");
        Assert.Equal(Math.Log(97), log.Steps[0].Loss, 0.1);
        Assert.Equal([20, 40, 60], log.Evaluations.Take(3).Select(e => (int)e.Step));
        Assert.All(log.Steps, s => Assert.True(s.TokensPerSecond > 0 && s.Utilisation > 0 && s.SecondsLeft >= 0 && s.MemoryBytes > 0));
        Assert.Equal(log.Evaluations.Min(e => e.Loss), trainer.BestLoss);
        CheckpointStore store = new(folder.Path);
        Assert.Contains(trainer.BestStep, store.Steps());
        Assert.Contains(200, store.Steps());
        Assert.True(store.Steps().Count <= 3);
    }

    [Fact]
    public void Run_step_takesNoManagedMemory()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        List<long> allocated = new(4);
        FixedData data = new(step =>
        {
            if (step >= 100 && step % 100 == 0)
            {
                allocated.Add(GC.GetAllocatedBytesForCurrentThread());
            }
        });
        using Trainer trainer = new(Tiny, Options with { Steps = 401, EvaluateEvery = 0, CheckpointEvery = 1000 }, data, new NullTrainingLog());
        trainer.Run(folder.Path, CancellationToken.None);

        // The runtime itself takes some hundred bytes now and then, when it compiles a method anew; a step would show in every hundred.
        Assert.Equal(0, Enumerable.Range(0, 3).Min(i => allocated[i + 1] - allocated[i]));
    }

    [Fact]
    public void Run_cancelledAndResumedFiveTimes_givesSameBytes()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        string straight = FinalHash(folder["straight"], []);
        Assert.Equal(straight, FinalHash(folder["resumed"], [3, 4, 17, 31, 58]));
    }

    [Fact]
    public void Run_thrownOutAndResumed_givesSameBytes()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        string straight = FinalHash(folder["straight"], []);
        foreach (long at in (long[])[5, 22, 50]) // the run dies without a word; only its interval checkpoints are left
        {
            AffineData data = new(97, 32) { OnFill = step => { if (step == at) { throw new IOException("gone"); } } };
            using Trainer dying = new(Tiny, Options, data, new RecordingLog());
            Assert.Throws<IOException>(() => dying.Run(folder["killed"], CancellationToken.None));
        }

        Assert.Equal(straight, FinalHash(folder["killed"], []));
    }

    [Fact]
    public void Run_oneByFourAndFourByOne_sameLossAndGradients()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        AffineData whole = new(97, 32);
        int[] tokens = new int[4 * 32], labels = new int[4 * 32];
        whole.FillBatch(0, 0, tokens, labels);
        ArrayData data = new([.. tokens.Select(t => (long)t)], tokens.Length);
        (double Loss, double Norm, float[] Grads) four = OneStep(data, 4, 1), one = OneStep(data, 1, 4);
        Assert.Equal(four.Loss, one.Loss, 1e-6);
        Assert.Equal(four.Norm, one.Norm, 1e-6);
        Assert.InRange(NativeTorch.MaxDifference(four.Grads, one.Grads), 0, 1e-6);

        (double Loss, double Norm, float[] Grads) OneStep(ArrayData source, int batch, int accumulation)
        {
            RecordingLog log = new();
            using Trainer trainer = new(Tiny, Options with { Steps = 1, WarmupSteps = 0, BatchSize = batch, AccumulationSteps = accumulation }, source, log);
            trainer.Run(folder[$"{batch}"], CancellationToken.None);
            return (log.Steps[0].Loss, log.Steps[0].GradientNorm, NativeTorch.Floats(trainer.NativeModel().Parameters.Grads));
        }
    }

    [Fact]
    public void Run_stepThatIsNotFinite_isSkippedAndTold()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        RecordingLog log = new();
        AffineData data = new(97, 32);
        using Trainer trainer = new(Tiny, Options with { Steps = 6, WarmupSteps = 0, CheckpointsKept = 100, CheckpointEvery = 1 }, data, log);
        float kept = 0;
        data.OnFill = step =>
        {
            Span<float> weights = trainer.NativeModel().Parameters.Values.AsSpan<float>();
            if (step == 3)
            {
                (kept, weights[0]) = (weights[0], float.NaN);
            }
            else if (step == 4)
            {
                weights[0] = kept;
            }
        };
        trainer.Run(folder.Path, CancellationToken.None);
        TrainingStepSkipped skipped = Assert.Single(log.SkippedSteps);
        Assert.Equal(3, skipped.Step);
        Assert.Equal("the loss is not finite", skipped.Reason);
        Assert.Equal([0, 1, 2, 4, 5], log.Steps.Select(s => (int)s.Step));
        Assert.True(double.IsFinite(log.Steps[^1].Loss));
        CheckpointStore store = new(folder.Path);
        Assert.Equal((6L, 5L), (store.Verify(6).Step, store.Verify(6).Updates));
    }

    [Fact]
    public void Run_everyStepNotFinite_endsWithClearError()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        using Trainer trainer = new(Tiny, Options with { MaxSkippedInARow = 3 }, new AffineData(97, 32), new RecordingLog());
        trainer.NativeModel().Parameters.Values.fill_(double.NaN);
        TrainingException e = Assert.Throws<TrainingException>(() => trainer.Run(folder.Path, CancellationToken.None));
        Assert.Contains("3 steps in a row were skipped", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_checkpointOfAnotherRun_isRefused()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        using (Trainer first = new(Tiny, Options with { Steps = 2, WarmupSteps = 0 }, new AffineData(97, 32), new RecordingLog()))
        {
            first.Run(folder.Path, CancellationToken.None);
        }

        using Trainer other = new(Tiny, Options with { Steps = 2, WarmupSteps = 1 }, new AffineData(97, 32), new RecordingLog());
        Assert.Contains("is of another run: its options", Assert.Throws<TrainingException>(() => other.Run(folder.Path, CancellationToken.None)).Message, StringComparison.Ordinal);
        using Trainer third = new(Tiny, Options with { Steps = 2, WarmupSteps = 0 }, new AffineData(97, 32, seed: 2), new RecordingLog());
        Assert.Contains("is of another run: its data", Assert.Throws<TrainingException>(() => third.Run(folder.Path, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_damagedCheckpoint_isPutAsideAndAnOlderOneUsed()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        string straight = FinalHash(folder["straight"], []);
        using (CancellationTokenSource cancel = new())
        {
            RecordingLog stop = new() { OnStep = s => { if (s.Step == 30) { cancel.Cancel(); } } };
            using Trainer part = new(Tiny, Options, new AffineData(97, 32), stop);
            Assert.Throws<OperationCanceledException>(() => part.Run(folder["damaged"], cancel.Token));
        }

        CheckpointStore store = new(folder["damaged"]);
        long newest = store.Steps()[^1];
        string tensors = Path.Combine(store.PathOf(newest), "tensors.safetensors");
        byte[] bytes = File.ReadAllBytes(tensors);
        bytes[^5] ^= 1;
        File.WriteAllBytes(tensors, bytes);
        RecordingLog log = new();
        Assert.Equal(straight, FinalHash(folder["damaged"], [], log));
        TrainingCheckpoint rejected = Assert.Single(log.RejectedCheckpoints);
        Assert.Equal(newest, rejected.Step);
        Assert.True(log.Starts[0].FirstStep < newest);
    }

    [Fact]
    public void Trainer_optionsThatDoNotFit_allFaultsAtOnce()
    {
        NativeTorch.SkipWithoutLibrary();
        TrainingException e = Assert.Throws<TrainingException>(() =>
            new Trainer(Tiny, Options with { Steps = 0, BlockSize = 64, Beta1 = 1, WarmupSteps = 0, Device = "cuda" }, new AffineData(97, 64), new RecordingLog()));
        Assert.Contains("Steps must", e.Message, StringComparison.Ordinal);
        Assert.Contains("BlockSize is 64", e.Message, StringComparison.Ordinal);
        Assert.Contains("Beta1", e.Message, StringComparison.Ordinal);
        Assert.Contains("CUDA", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_startedFromOtherWeights_checkpointIsRefused()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        TrainingOptions options = Options with { Steps = 2, WarmupSteps = 0 };
        using (Trainer first = new(Tiny, options, new AffineData(97, 32), new RecordingLog()))
        {
            first.Run(folder["checkpoints"], CancellationToken.None);
            GptNeoWeights.Save(first.Model.Weights, folder["weights"]);
        }

        using Trainer other = new(Tiny, options, new AffineData(97, 32), new RecordingLog());
        other.LoadWeights(folder["weights"]);
        Assert.Contains("its start is \"seed 1\"", Assert.Throws<TrainingException>(() => other.Run(folder["checkpoints"], CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckFits_tooLittleMemory_namesLargestBatch()
    {
        TrainingOptions options = new() { BatchSize = 64, BlockSize = 1024 };
        GptNeoConfig model = GptNeoConfig.Base110M();
        MemoryEstimate.CheckFits(model, options, 1e12);
        string message = Assert.Throws<TrainingException>(() => MemoryEstimate.CheckFits(model, options, 8e9)).Message;
        int largest = MemoryEstimate.LargestBatch(model, options, 8e9);
        Assert.InRange(largest, 1, 63);
        Assert.Contains($"the largest BatchSize that fits is {largest} ", message, StringComparison.Ordinal);
        Assert.Contains("not even a BatchSize of 1 fits", Assert.Throws<TrainingException>(() => MemoryEstimate.CheckFits(model, options, 1e9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_tokenOutsideVocabulary_endsWithClearError()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        using Trainer trainer = new(Tiny, Options, new AffineData(98, 32), new RecordingLog());
        Assert.Contains("vocabulary has 97", Assert.Throws<TrainingException>(() => trainer.Run(folder.Path, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_earlyStop_endsAfterEvaluationsWithoutBest()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        RecordingLog log = new();
        TrainingOptions options = Options with { Steps = 500, LearningRate = 1e-12, EarlyStopEvaluations = 2, EvaluateEvery = 5 };
        using Trainer trainer = new(Tiny, options, new AffineData(97, 32), log);
        trainer.Run(folder.Path, CancellationToken.None);
        Assert.True(trainer.Step < 500, $"{trainer.Step}");
        Assert.True(trainer.BestStep <= trainer.Step - 10);
    }

    [Fact]
    public void Export_afterRun_writesBestWeightsAsHuggingFaceFolder()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        using Trainer trainer = new(Tiny, Options, new AffineData(97, 32), new RecordingLog());
        trainer.Run(folder["checkpoints"], CancellationToken.None);
        trainer.Export(folder["checkpoints"], folder["export"]);
        trainer.Export(folder["checkpoints"], folder["export"]); // again, over itself
        Assert.Equal(["config.json", "generation_config.json", "model.safetensors"], Directory.EnumerateFiles(folder["export"]).Select(Path.GetFileName).Order());
        using GptNeoForCausalLM loaded = GptNeoWeights.LoadFolder(folder["export"]);
        Assert.Equal(trainer.Model.Config.Fingerprint(), loaded.Config.Fingerprint());
        using Trainer check = new(Tiny, Options, new AffineData(97, 32), new RecordingLog());
        check.LoadWeights(folder["export", "model.safetensors"]);
        Assert.Equal(trainer.BestLoss!.Value, check.Validate(CancellationToken.None));
    }

    /// <summary>Runs to the end, cancelled after each of the given steps and resumed by a new trainer; the SHA-256 of the final weights.</summary>
    private static string FinalHash(string folder, int[] cancelAfter, RecordingLog? last = null)
    {
        foreach (int step in cancelAfter)
        {
            using CancellationTokenSource cancel = new();
            RecordingLog log = new() { OnStep = s => { if (s.Step == step) { cancel.Cancel(); } } };
            using Trainer trainer = new(Tiny, Options, new AffineData(97, 32), log);
            Assert.Throws<OperationCanceledException>(() => trainer.Run(folder, cancel.Token));
            Assert.Equal(step + 1, log.SavedCheckpoints[^1].Step);
        }

        using Trainer final = new(Tiny, Options, new AffineData(97, 32), last ?? new RecordingLog());
        final.Run(folder, CancellationToken.None);
        Assert.Equal(Options.Steps, final.Step);
        return Convert.ToHexStringLower(SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(final.NativeModel().Parameters.Values.AsSpan<float>())));
    }
}
