using System.Diagnostics;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>200 steps straight, and 200 steps in a process killed with SIGKILL at several moments: the final weights are the same bytes.</summary>
public class KilledTrainingTests
{
    private const string FolderVariable = "DATAFORGE_TEST_TRAINING_FOLDER";
    private const string OptimizerVariable = "DATAFORGE_TEST_OPTIMIZER";
    private const int KilledExitCode = 128 + 9; // SIGKILL

    private static readonly GptNeoConfig Config = new()
    {
        VocabSize = 256, MaxPositionEmbeddings = 64, HiddenSize = 64, NumLayers = 2, NumHeads = 2, WindowSize = 16,
        AttentionLayers = GptNeoConfig.Alternating(2),
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 200, BatchSize = 2, BlockSize = 64, AccumulationSteps = 2, LearningRate = 2e-3, WarmupSteps = 20, EvaluateEvery = 30,
        CheckpointEvery = 11, Threads = 2, PeakTeraflops = 1, Engine = NativeTorch.Engine,
    };

    [Theory]
    [InlineData(OptimizerKind.AdamW, 5)]
    [InlineData(OptimizerKind.Muon, 2)]
    public void Run_processKilledSeveralTimes_givesSameBytes(OptimizerKind optimizer, int kills)
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        Train(folder["straight"], optimizer);
        CounterRandom random = new(20240521, "kills");
        int killed = 0;
        int finished = 0;

        // A training resumes where the one that was killed stopped, so it may end before its moment: then it is compared, and the next kills
        // fall on a new training.
        for (int i = 0; killed < kills && i < 4 * kills; i++)
        {
            string training = folder[$"killed-{finished}"];
            using Process child = Start(training, optimizer);
            WaitForCheckpoint(child, training);
            Thread.Sleep((int)(random.Uniform((ulong)i) * 40));
            child.Kill(); // SIGKILL; does nothing where the child has ended
            child.WaitForExit();
            if (child.ExitCode == KilledExitCode)
            {
                killed++;
                continue;
            }

            Assert.Equal(0, child.ExitCode);
            AssertSame(folder["straight"], training);
            finished++;
        }

        Assert.Equal(kills, killed);
        Train(folder[$"killed-{finished}"], optimizer);
        AssertSame(folder["straight"], folder[$"killed-{finished}"]);
    }

    /// <summary>The child: trains in the folder that its environment names. Run only by the test above.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        string? folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, "only as a child process");
        Train(folder!, Enum.Parse<OptimizerKind>(Environment.GetEnvironmentVariable(OptimizerVariable)!));
    }

    private static void Train(string folder, OptimizerKind optimizer)
    {
        using Trainer trainer = new(Config, Options with { Optimizer = optimizer }, new AffineData(256, 64), new RecordingLog());
        trainer.Run(folder, CancellationToken.None);
    }

    // Until the child has saved a checkpoint: then every kill falls into its working time, at a random moment.
    private static void WaitForCheckpoint(Process child, string folder)
    {
        long before = Written(folder);
        Stopwatch waited = Stopwatch.StartNew();
        while (!child.HasExited && Written(folder) < before + 1 && waited.Elapsed < TimeSpan.FromSeconds(60))
        {
            Thread.Sleep(2);
        }
    }

    private static void AssertSame(string straight, string killed)
    {
        string last = "step-00000200";
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(straight, last, "tensors.safetensors")),
            File.ReadAllBytes(Path.Combine(killed, last, "tensors.safetensors")));
        Assert.Equal(
            File.ReadAllText(Path.Combine(straight, last, "checkpoint.json")),
            File.ReadAllText(Path.Combine(killed, last, "checkpoint.json")));
    }

    /// <summary>A number that grows with each checkpoint saved.</summary>
    private static long Written(string folder)
    {
        IReadOnlyList<long> steps = new CheckpointStore(folder).Steps();
        return steps.Count == 0 ? 0 : steps[^1];
    }

    private static Process Start(string folder, OptimizerKind optimizer)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KilledTrainingTests).Assembly.Location);
        }

        foreach (string argument in (string[])["-method", typeof(KilledTrainingTests).FullName + "." + nameof(Child), "-explicit", "only"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[FolderVariable] = folder;
        start.Environment[OptimizerVariable] = optimizer.ToString();
        Process child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        return child;
    }
}
