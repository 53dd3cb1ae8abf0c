using System.Diagnostics;
using System.Globalization;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>
/// Whole training steps beside the same computation written plainly in python3's torch (reference/plain_gptneo.py), in turns and in one
/// run. Not part of the ordinary tests, since other work on the machine would decide them:
/// <c>dotnet DataForge.Pretrain.Tests.dll -class DataForge.Pretrain.Tests.Training.CpuSpeedTests -explicit only</c>
/// </summary>
public class CpuSpeedTests(ITestOutputHelper output)
{
    private const int Rounds = 5;

    [Theory(Explicit = true)]
    [InlineData("5m", 20, 1.15)]
    [InlineData("110m", 3, 1.0)]
    public void Step_besidePlainPython_isAsFast(string model, int steps, double atLeast)
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.SkipWhen(!File.Exists("/usr/bin/python3"), "there is no /usr/bin/python3");
        int threads = Environment.ProcessorCount;
        List<double> ratios = [];
        for (int round = 0; round < Rounds; round++)
        {
            double ours = Ours(model, steps, threads), plain = Plain(model, steps, threads);
            ratios.Add(ours / plain);
            Print($"{model}: {ours:F0} tokens/s, plain PyTorch {plain:F0}, ratio {ours / plain:F3}");
        }

        ratios.Sort();
        Print($"{model}: median ratio {ratios[Rounds / 2]:F3}, {threads} threads, libtorch {torch.Version}");
        Assert.True(ratios[Rounds / 2] >= atLeast, $"median ratio {ratios[Rounds / 2]:F3}");
    }

    /// <summary>Of whole steps, the share that is spent outside libtorch's operators.</summary>
    [Theory(Explicit = true)]
    [InlineData("5m", 20)]
    [InlineData("110m", 3)]
    public void Step_managedShare_isUnderThreePercent(string model, int steps)
    {
        NativeTorch.SkipWithoutLibrary();
        (GptNeoConfig config, TrainingOptions options) = Sizes(model, steps, Environment.ProcessorCount);
        using TemporaryFolder folder = new();
        long begun = 0, inside = 0, allocated = 0;
        FixedData data = new(step =>
        {
            if (step == 2)
            {
                (begun, inside, allocated) = (Stopwatch.GetTimestamp(), OperatorClock.Ticks, GC.GetAllocatedBytesForCurrentThread());
            }
        });
        long ended = 0;
        double share = 0;
        LastStepLog log = new(options.Steps, () =>
        {
            ended = Stopwatch.GetTimestamp();
            share = 1 - ((double)(OperatorClock.Ticks - inside) / (ended - begun));
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        });
        using Trainer trainer = new(config, options, data, log);
        OperatorClock.IsOn = true;
        trainer.Run(folder.Path, CancellationToken.None);
        OperatorClock.IsOn = false;
        Print(string.Create(CultureInfo.InvariantCulture, $"{model}: {share:P2} of a step outside operators, {allocated / (double)steps:F1} bytes allocated a step"));
        Assert.InRange(share, 0, 0.03);
    }

    /// <summary>5,000 steps of the reference's tiny model: resident memory after 1,000 and at the end.</summary>
    [Fact(Explicit = true)]
    public void Run_fiveThousandSteps_memoryStaysFlat()
    {
        string golden = NativeTorch.Golden("tiny");
        using TemporaryFolder folder = new();
        List<long> memory = [];
        RecordingLog log = new() { OnStep = step => { if (step.Step % 1000 == 999) { memory.Add(Environment.WorkingSet >> 10); } } };
        GptNeoConfig config = GptNeoConfig.Load(Path.Combine(golden, "config.json"));
        TrainingOptions options = new() { Steps = 5000, BatchSize = 4, BlockSize = 64, EvaluateEvery = 0, CheckpointEvery = 5000 };
        using Trainer trainer = new(config, options, new FixedData(_ => { }), log);
        trainer.Run(folder.Path, CancellationToken.None);
        Print("KB resident after each 1,000 steps: " + string.Join(", ", memory));
        Assert.InRange(memory[^1] - memory[0], long.MinValue, 16 << 10);
    }

    private static double Ours(string model, int steps, int threads)
    {
        (GptNeoConfig config, TrainingOptions options) = Sizes(model, steps, threads);
        using TemporaryFolder folder = new();
        using CancellationTokenSource enough = new();
        RecordingLog log = new();
        AffineData data = new(config.VocabSize, options.BlockSize);
        using Trainer trainer = new(config, options, data, log);
        trainer.Run(folder.Path, enough.Token);
        return Median([.. log.Steps.Skip(2).Select(s => s.TokensPerSecond)]);
    }

    private static (GptNeoConfig Config, TrainingOptions Options) Sizes(string model, int steps, int threads)
    {
        bool large = model == "110m";
        return (large ? GptNeoConfig.Base110M() : GptNeoConfig.Small(), new TrainingOptions
        {
            Steps = steps + 2, BatchSize = large ? 1 : 4, BlockSize = large ? 512 : 256, LearningRate = 1e-4, WarmupSteps = 0, EvaluateEvery = 0,
            CheckpointEvery = 1000, Threads = threads, PeakTeraflops = 1,
        });
    }

    private static double Plain(string model, int steps, int threads)
    {
        string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "Pretrain.Tests", "reference", "plain_gptneo.py");
        ProcessStartInfo start = new("/usr/bin/python3", [script, model, $"{steps + 2}", $"{threads}"]) { RedirectStandardOutput = true };
        start.Environment["GOMP_SPINCOUNT"] = "1000"; // as the trainer sets it: on a busy machine PyTorch would suffer for the lack of it
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return Median([.. lines.Skip(2).Select(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture))]);
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        Console.Error.WriteLine(line);
    }
}
