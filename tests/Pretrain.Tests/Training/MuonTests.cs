using DataForge.Pretrain.Model;
using DataForge.Pretrain.Stages;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

public class MuonTests
{
    private static readonly GptNeoConfig Tiny = new()
    {
        VocabSize = 97, MaxPositionEmbeddings = 40, HiddenSize = 32, NumLayers = 2, NumHeads = 2, WindowSize = 8,
        AttentionLayers = GptNeoConfig.Alternating(2), EosTokenId = 96,
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 40, BatchSize = 4, BlockSize = 32, LearningRate = 3e-3, WarmupSteps = 5, EvaluateEvery = 20, CheckpointEvery = 7, Threads = 2,
        PeakTeraflops = 1, Optimizer = OptimizerKind.Muon, Initialization = WeightInitialization.ScaledQueries,
    };

    [Fact]
    public void Step_drawnGradients_isThatOfDoubles()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        using GptNeoForCausalLM model = new(Tiny);
        model.Initialize(1);
        using Muon muon = new(model.Parameters, Options);
        Dictionary<Parameter, MuonReference> references = model.Parameters.All.Where(p => p.IsBlockMatrix).ToDictionary(p => p, p => new MuonReference(
            (int)p.Shape[0], (int)p.Shape[1], [.. NativeTorch.Floats(p.Value).Select(x => (double)x)], Options.MuonMomentum, Options.WeightDecay));
        float[] before = NativeTorch.Floats(model.transformer.wte.Value);
        Assert.Equal(12, references.Count); // k, v, q, out, c_fc, c_proj of two blocks
        for (int step = 0; step < 4; step++)
        {
            CounterRandom random = new(2, $"{step}");
            Span<float> gradients = model.Parameters.Grads.AsSpan<float>();
            for (int i = 0; i < gradients.Length; i++)
            {
                gradients[i] = (float)random.NormalPair((ulong)i).First;
            }

            muon.Step(0.02, 0.5);
            foreach ((Parameter parameter, MuonReference reference) in references)
            {
                reference.Step(NativeTorch.Floats(parameter.Grad), 0.5, 0.02);
                float[] expected = [.. reference.Values.Select(x => (float)x)];
                Assert.InRange(NativeTorch.MaxDifference(NativeTorch.Floats(parameter.Value), expected), 0, 2e-6);
            }
        }

        Assert.Equal(before, NativeTorch.Floats(model.transformer.wte.Value));
    }

    /// <summary>One step with learning rate 1 from a zero matrix gives the orthogonalized gradient, whose singular values can be computed.</summary>
    [Fact]
    public void Step_gradientOfKnownSingularValues_bringsEachNearOne()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        using GptNeoForCausalLM model = new(Tiny);
        Parameter matrix = model.Parameters.Find("transformer.h.0.attn.attention.q_proj.weight")!;
        double[] singular = [.. Enumerable.Range(0, 32).Select(i => 1.0 / (1 + i))];
        double[,] left = Reflection(1), right = Reflection(2);
        Fill(matrix.Grad, (i, j) => Enumerable.Range(0, 32).Sum(k => left[i, k] * singular[k] * right[k, j]));
        using Muon muon = new(model.Parameters, Options with { WeightDecay = 0 });
        muon.Step(1, 1);

        double norm = Math.Sqrt(singular.Sum(s => s * s));
        double[] mapped = [.. singular.Select(s => Enumerable.Range(0, 5).Aggregate(s / norm, (x, _) => (3.4445 * x) - (4.7750 * Math.Pow(x, 3)) + (2.0315 * Math.Pow(x, 5))))];
        Assert.All(mapped, s => Assert.InRange(s, 0.6, 1.3));
        float[] made = NativeTorch.Floats(matrix.Value);
        for (int i = 0; i < made.Length; i++)
        {
            int row = i / 32, column = i % 32;
            Assert.Equal(-Enumerable.Range(0, 32).Sum(k => left[row, k] * mapped[k] * right[k, column]), made[i], 1e-4);
        }
    }

    [Fact]
    public void Step_zeroGradient_leavesZeroWeights()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        using GptNeoForCausalLM model = new(Tiny);
        using Muon muon = new(model.Parameters, Options);
        muon.Step(0.02, 1);
        Assert.All(NativeTorch.Floats(model.Parameters.Values), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Run_thrownOutAndResumed_givesSameBytes()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        RecordingLog log = new();
        Train(folder["straight"], log, -1);
        foreach (int at in (int[])[5, 17, 30]) // the run dies without a word; only its interval checkpoints are left
        {
            Assert.Throws<IOException>(() => Train(folder["killed"], new RecordingLog(), at));
        }

        Train(folder["killed"], new RecordingLog(), -1);
        Assert.Equal(Tensors(folder["straight"]), Tensors(folder["killed"]));
        Assert.True(log.Steps[^1].Loss < log.Steps[0].Loss - 0.8, $"{log.Steps[0].Loss} to {log.Steps[^1].Loss}");
        using SafeTensors saved = new(Path.Combine(new CheckpointStore(folder["straight"]).PathOf(40), "tensors.safetensors"));
        Assert.Contains("momentum.transformer.h.1.mlp.c_fc.weight", saved.Entries.Keys);
        Assert.DoesNotContain("exp_avg.transformer.h.1.mlp.c_fc.weight", saved.Entries.Keys);
        Assert.Contains("exp_avg_sq.transformer.wte.weight", saved.Entries.Keys);
    }

    [Fact]
    public void Run_step_takesNoManagedMemory()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        List<long> allocated = new(4);
        FixedData data = new(step =>
        {
            if (step >= 50 && step % 50 == 0)
            {
                allocated.Add(GC.GetAllocatedBytesForCurrentThread());
            }
        });
        using Trainer trainer = new(Tiny, Options with { Steps = 201, EvaluateEvery = 0, CheckpointEvery = 1000 }, data, new NullTrainingLog());
        trainer.Run(folder.Path, CancellationToken.None);
        Assert.Equal(0, Enumerable.Range(0, 3).Min(i => allocated[i + 1] - allocated[i]));
    }

    [Fact]
    public void Run_checkpointOfAdamW_isRefused()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        using (Trainer first = new(Tiny, Options with { Optimizer = OptimizerKind.AdamW, Steps = 2, WarmupSteps = 0 }, new AffineData(97, 32), new RecordingLog()))
        {
            first.Run(folder.Path, CancellationToken.None);
        }

        using Trainer other = new(Tiny, Options with { Steps = 2, WarmupSteps = 0 }, new AffineData(97, 32), new RecordingLog());
        TrainingException e = Assert.Throws<TrainingException>(() => other.Run(folder.Path, CancellationToken.None));
        Assert.Contains("is of another run: its options", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Initialize_scaledQueries_areSmallerByTheRootOfTheHeadSize()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        using GptNeoForCausalLM plain = new(Tiny), scaled = new(Tiny);
        plain.Initialize(3);
        scaled.Initialize(3, WeightInitialization.ScaledQueries);
        foreach ((Parameter a, Parameter b) in plain.Parameters.All.Zip(scaled.Parameters.All))
        {
            double factor = a.Name.Contains("q_proj", StringComparison.Ordinal) ? 4 : 1; // √16
            Assert.All(NativeTorch.Floats(a.Value).Zip(NativeTorch.Floats(b.Value)), pair => Assert.Equal(pair.First, pair.Second * factor, 1e-7));
        }
    }

    private static void Train(string folder, RecordingLog log, int dieAt)
    {
        AffineData data = new(97, 32) { OnFill = step => { if (step == dieAt) { throw new IOException("gone"); } } };
        using Trainer trainer = new(Tiny, Options, data, log);
        trainer.Run(folder, CancellationToken.None);
    }

    private static byte[] Tensors(string folder) => File.ReadAllBytes(Path.Combine(new CheckpointStore(folder).PathOf(40), "tensors.safetensors"));

    /// <summary>I - 2 v vᵀ [32, 32], v a unit vector drawn from the seed: an orthogonal matrix.</summary>
    private static double[,] Reflection(ulong seed)
    {
        CounterRandom random = new(seed, "reflection");
        double[] v = [.. Enumerable.Range(0, 32).Select(i => random.NormalPair((ulong)i).First)];
        double square = v.Sum(x => x * x);
        double[,] entries = new double[32, 32];
        for (int i = 0; i < 32; i++)
        {
            for (int j = 0; j < 32; j++)
            {
                entries[i, j] = (i == j ? 1 : 0) - (2 * v[i] * v[j] / square);
            }
        }

        return entries;
    }

    private static void Fill(Tensor matrix, Func<int, int, double> value)
    {
        float[] values = new float[32 * 32];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)value(i / 32, i % 32);
        }

        matrix.copy_(torch.tensor(values, 32, 32));
    }
}
