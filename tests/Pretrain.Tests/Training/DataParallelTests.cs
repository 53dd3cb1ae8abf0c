using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>Two real processes over Gloo, as torchrun would start them.</summary>
public class DataParallelTests
{
    private const string FolderVariable = "DATAFORGE_TEST_GROUP_FOLDER";
    private const string OptimizerVariable = "DATAFORGE_TEST_GROUP_OPTIMIZER";
    private const string DelayVariable = "DATAFORGE_TEST_GROUP_DELAY";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly GptNeoConfig Config = new()
    {
        VocabSize = 128, MaxPositionEmbeddings = 32, HiddenSize = 32, NumLayers = 3, NumHeads = 2, WindowSize = 8,
        AttentionLayers = GptNeoConfig.Alternating(3),
    };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 50, BatchSize = 4, BlockSize = 32, LearningRate = 2e-3, WarmupSteps = 10, EvaluateEvery = 20, CheckpointEvery = 10, Threads = 1,
        PeakTeraflops = 1,
    };

    /// <summary>The weights that two processes reach without a stop.</summary>
    private static readonly Lazy<string> StraightHash = new(() =>
    {
        using TemporaryFolder folder = new();
        RunTogether(folder.Path);
        return ReadWhenThere(folder["hash-0"]);
    });

    [Fact]
    public void Run_twoProcessesHalfTheBatchEach_reachTheSingleProcessLosses()
    {
        SkipWithoutGloo();
        using TemporaryFolder folder = new();
        RecordingLog alone = new();
        using Trainer trainer = new(Config, Options, new BlockData(128, 32, Options), alone);
        trainer.Run(folder["alone"], CancellationToken.None);

        RunTogether(folder["together"]);
        double[] losses = Losses(folder["together"]);
        Assert.Equal(50, losses.Length);
        for (int step = 0; step < losses.Length; step++)
        {
            Assert.Equal(alone.Steps[step].Loss, losses[step], 1e-5);
        }

        Assert.Equal(ReadWhenThere(folder["together", "hash-0"]), ReadWhenThere(folder["together", "hash-1"]));
        Assert.Equal(StraightHash.Value, ReadWhenThere(folder["together", "hash-0"]));
        Assert.Equal(alone.Evaluations[^1].Loss, double.Parse(ReadWhenThere(folder["together", "validation-1"]), CultureInfo.InvariantCulture), 1e-5);
        Assert.Contains(50, new CheckpointStore(folder["together", "checkpoints"]).Steps());
    }

    [Fact]
    public void Run_twoProcessesWithMuon_keepTheSameWeightsAndReachTheSingleProcessLosses()
    {
        SkipWithoutGloo();
        using TemporaryFolder folder = new();
        RecordingLog alone = new();
        TrainingOptions options = Options with { Optimizer = OptimizerKind.Muon };
        using Trainer trainer = new(Config, options, new BlockData(128, 32, options), alone);
        trainer.Run(folder["alone"], CancellationToken.None);

        RunTogether(folder["together"], OptimizerKind.Muon);
        double[] losses = Losses(folder["together"]);
        Assert.All(alone.Steps.Zip(losses), pair => Assert.Equal(pair.First.Loss, pair.Second, 1e-4));
        Assert.Equal(50, losses.Length);
        Assert.Equal(ReadWhenThere(folder["together", "hash-0"]), ReadWhenThere(folder["together", "hash-1"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Run_oneProcessKilled_endsTheOtherWithAClearErrorAndResumes(int killed)
    {
        SkipWithoutGloo();
        using TemporaryFolder folder = new();
        string checkpoints = folder["killed", "checkpoints"];
        Process[] both = Start(folder["killed"], delay: 20);
        Stopwatch waited = Stopwatch.StartNew();
        while (!new CheckpointStore(checkpoints).Steps().Any() && waited.Elapsed < Patience)
        {
            Thread.Sleep(5);
        }

        both[killed].Kill();
        Assert.True(both[1 - killed].WaitForExit(Patience), "the other process did not end");
        Assert.Contains("another process is gone or does not answer", ReadWhenThere(folder["killed", $"error-{1 - killed}"]), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', ReadWhenThere(folder["killed", $"error-{1 - killed}"]).TrimEnd());
        CheckpointStore store = new(checkpoints);
        Assert.NotEmpty(store.Steps());
        Assert.InRange(store.Verify(store.Steps()[^1]).Step, 10, 49);

        RunTogether(folder["killed"]);
        Assert.Equal(StraightHash.Value, ReadWhenThere(folder["killed", "hash-0"])); // to the bit
    }

    [Fact]
    public void Join_nobodyElseComes_endsWithAClearError()
    {
        SkipWithoutGloo();
        ProcessRank place = new(1, 2, 0, 1, "127.0.0.1", FreePort(), false, "0");
        TrainingException e = Assert.Throws<TrainingException>(() => C10dProcessGroup.Join(place, DeviceType.CPU, TimeSpan.FromSeconds(1)));
        Assert.StartsWith("process 1 of 2 could not meet the others at 127.0.0.1:", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private static void SkipWithoutGloo()
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.SkipWhen(!C10dProcessGroup.IsAvailable(DeviceType.CPU), "libdataforge_torch.so was compiled without Gloo (libgloo-dev)");
    }

    /// <summary>A child. Run only by the tests above.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        string? folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, "only as a child process");
        ProcessRank place = ProcessRank.FromEnvironment()!;
        int delay = int.Parse(Environment.GetEnvironmentVariable(DelayVariable)!, CultureInfo.InvariantCulture);
        try
        {
            using C10dProcessGroup group = C10dProcessGroup.Join(place, DeviceType.CPU, TimeSpan.FromSeconds(60));
            OptimizerKind optimizer = Enum.Parse<OptimizerKind>(Environment.GetEnvironmentVariable(OptimizerVariable)!);
            TrainingOptions options = (Options with { Optimizer = optimizer }).SplitAcross(2);
            RecordingLog log = new() { OnStep = _ => Thread.Sleep(delay) };
            using Trainer trainer = new(Config, options, new BlockData(128, 32, options), log, group: group);
            trainer.Run(Path.Combine(folder!, "checkpoints"), CancellationToken.None);
            Write("losses", string.Join('\n', log.Steps.Select(step => step.Loss.ToString("R", CultureInfo.InvariantCulture))));
            Write("hash", Convert.ToHexStringLower(SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(trainer.NativeModel().Parameters.Values.AsSpan<float>()))));
            Write("validation", log.Evaluations.Count == 0 ? "" : log.Evaluations[^1].Loss.ToString("R", CultureInfo.InvariantCulture));
        }
        catch (TrainingException e)
        {
            Write("error", e.Message);
        }

        void Write(string name, string text) => File.WriteAllText(Path.Combine(folder!, $"{name}-{place.Rank}"), text);
    }

    private static double[] Losses(string folder) =>
        [.. ReadWhenThere(Path.Combine(folder, "losses-0")).Split('\n').Select(line => double.Parse(line, CultureInfo.InvariantCulture))];

    private static string ReadWhenThere(string path) => File.Exists(path) ? File.ReadAllText(path) : $"({Path.GetFileName(path)} was not written)";

    private static void RunTogether(string folder, OptimizerKind optimizer = OptimizerKind.AdamW)
    {
        foreach (Process child in Start(folder, delay: 0, optimizer))
        {
            Assert.True(child.WaitForExit(Patience), "a process did not end");
            child.Dispose();
        }
    }

    private static Process[] Start(string folder, int delay, OptimizerKind optimizer = OptimizerKind.AdamW)
    {
        Directory.CreateDirectory(folder);
        int port = FreePort();
        return [.. Enumerable.Range(0, 2).Select(rank => Start(folder, delay, optimizer, rank, port))];
    }

    private static Process Start(string folder, int delay, OptimizerKind optimizer, int rank, int port)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(DataParallelTests).Assembly.Location);
        }

        foreach (string argument in (string[])["-method", typeof(DataParallelTests).FullName + "." + nameof(Child), "-explicit", "only"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[FolderVariable] = folder;
        start.Environment[DelayVariable] = delay.ToString(CultureInfo.InvariantCulture);
        start.Environment[OptimizerVariable] = optimizer.ToString();
        start.Environment["RANK"] = rank.ToString(CultureInfo.InvariantCulture);
        start.Environment["WORLD_SIZE"] = "2";
        start.Environment["MASTER_ADDR"] = "127.0.0.1";
        start.Environment["MASTER_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["GLOO_SOCKET_IFNAME"] = "lo";
        Process child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        return child;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Blocks drawn from (step, place in the step): the same ones however a step is cut into micro-batches.</summary>
    private sealed class BlockData(int vocabulary, int block, TrainingOptions options) : ITrainingData
    {
        public string Fingerprint => "blocks";

        public int ValidationBatches => 4 / options.BatchSize * 2;

        public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels) => Fill($"step {step}", microBatch, tokens, labels);

        public void FillValidation(int index, Span<int> tokens, Span<int> labels) => Fill("validation", index, tokens, labels);

        private void Fill(string name, int batch, Span<int> tokens, Span<int> labels)
        {
            for (int i = 0; i < options.BatchSize; i++)
            {
                CounterRandom random = new(1, $"{name}/{(batch * options.BatchSize) + i}");
                Span<int> row = tokens.Slice(i * block, block);
                for (int t = 0; t < block; t++)
                {
                    bool free = t == 0 || random.Uniform((ulong)(2 * t)) < 0.1;
                    row[t] = free ? (int)(random.Uniform((ulong)((2 * t) + 1)) * vocabulary) : ((5 * row[t - 1]) + 7) % vocabulary;
                }
            }

            tokens.CopyTo(labels);
        }
    }
}
