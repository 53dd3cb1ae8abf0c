using System.Diagnostics;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>200 steps straight, and 200 steps in a process killed with SIGKILL at five moments: the final weights are the same bytes.</summary>
public class KilledTrainingTests
{
    private const string FolderVariable = "DATAFORGE_TEST_TRAINING_FOLDER";

    private static readonly GptNeoConfig Config = new()
    {
        VocabSize = 256, MaxPositionEmbeddings = 64, HiddenSize = 64, NumLayers = 2, NumHeads = 2, WindowSize = 16,
        AttentionLayers = GptNeoConfig.Alternating(2),
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 200, BatchSize = 2, BlockSize = 64, AccumulationSteps = 2, LearningRate = 2e-3, WarmupSteps = 20, EvaluateEvery = 30,
        CheckpointEvery = 11, Threads = 2, PeakTeraflops = 1,
    };

    [Fact]
    public void Run_processKilledFiveTimes_givesSameBytes()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        Train(folder.In("straight"), new RecordingLog());
        CounterRandom random = new(20240521, "kills");
        int killed = 0;
        for (int i = 0; killed < 5 && i < 20; i++)
        {
            using Process child = Start(folder.In("killed"));
            long before = Written(folder.In("killed"));
            Stopwatch waited = Stopwatch.StartNew();
            while (!child.HasExited && Written(folder.In("killed")) < before + 1 && waited.Elapsed < TimeSpan.FromSeconds(60))
            {
                Thread.Sleep(2); // until it has saved once: then every kill falls into its working time, at a random moment
            }

            Thread.Sleep((int)(random.Uniform((ulong)i) * 40));
            if (!child.HasExited)
            {
                child.Kill(); // SIGKILL
                killed++;
            }

            child.WaitForExit();
        }

        Assert.True(killed > 0, "the child was never killed");
        Train(folder.In("killed"), new RecordingLog());
        string tensors = Path.Combine("step-00000200", "tensors.safetensors");
        Assert.Equal(File.ReadAllBytes(folder.In("straight", tensors)), File.ReadAllBytes(folder.In("killed", tensors)));
        Assert.Equal(
            File.ReadAllText(folder.In("straight", "step-00000200", "checkpoint.json")), File.ReadAllText(folder.In("killed", "step-00000200", "checkpoint.json")));
    }

    /// <summary>The child: trains in the folder that its environment names. Run only by the test above.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        string? folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, "only as a child process");
        Train(folder!, new RecordingLog());
    }

    private static void Train(string folder, RecordingLog log)
    {
        using Trainer trainer = new(Config, Options, new AffineData(256, 64), log);
        trainer.Run(folder, CancellationToken.None);
    }

    /// <summary>A number that grows with each checkpoint saved.</summary>
    private static long Written(string folder)
    {
        IReadOnlyList<long> steps = new CheckpointStore(folder).Steps();
        return steps.Count == 0 ? 0 : steps[^1];
    }

    private static Process Start(string folder)
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
        Process child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        return child;
    }
}
