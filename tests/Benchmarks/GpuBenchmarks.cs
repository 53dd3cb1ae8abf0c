using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// <c>gpu [--batch 16] [--steps 30] [--rounds 3] [--peak 989] [--part all|beside|techniques|check]</c>: whole training steps of
/// <c>pycodegpt-110m</c> at block 1024 in bfloat16, beside Hugging Face's GPT-Neo (eager, bfloat16) and a compiled GPT of the same size, in
/// turns and in one run; then the logits against Hugging Face's; then the same steps with each technique left out in turn. Prints tables
/// in Markdown. Exit code 2 where there is no GPU. <c>gpu/run.sh</c> carries it to a machine without .NET.
/// </summary>
internal static class GpuBenchmarks
{
    private const int Block = 1024;
    private const int Warming = 8; // steps left out at the start: kernels are chosen, graphs captured after three
    private const int Missing = 3; // reference.py: something it needs is not installed

    public static int Run(string[] args)
    {
        int batch = 16, steps = 30, rounds = 3;
        double peak = 0;
        string part = "all";
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--batch": batch = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--steps": steps = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--rounds": rounds = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--part" when args[i + 1] is "all" or "beside" or "techniques" or "check": part = args[i + 1]; break;
                case "--peak": peak = double.Parse(args[i + 1], CultureInfo.InvariantCulture) * 1e12; break;
                default: throw new ArgumentException($"gpu knows no {args[i]} {args[i + 1]}");
            }
        }

        try
        {
            if (!torch.CudaAvailable)
            {
                Console.Error.WriteLine($"dataforge: bench gpu needs an NVIDIA GPU and a libtorch with CUDA; this machine has none (libtorch {torch.Version}).");
                return 2;
            }
        }
        catch (TorchException e)
        {
            Console.Error.WriteLine("dataforge: " + e.Message);
            return 2;
        }

        if (part == "check")
        {
            Console.WriteLine($"{DeviceName()}, libtorch {torch.Version}");
            return 0;
        }

        string folder = Directory.CreateTempSubdirectory("dataforge-gpu-").FullName;
        try
        {
            Measure(new Measured(folder, batch, steps, rounds), peak, part);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Measure(Measured run, double peak, string part)
    {
        Device device = Device.Parse("cuda");
        GptNeoConfig config = GptNeoConfig.Base110M();
        if (peak == 0)
        {
            peak = DeviceSpeed.MeasurePeak(device, TimeProvider.System, ScalarType.BFloat16);
        }

        double flops = DeviceSpeed.FlopsPerToken(config, Block);
        Console.WriteLine($"{DeviceName()}, libtorch {torch.Version}: pycodegpt-110m, batch {run.Batch} × {Block}, bfloat16, {run.Steps} steps, median of {run.Rounds} rounds.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"MFU is tokens/s × {flops / 1e9:F3} GFLOP a token (6 N + 12 L H T) over {peak / 1e12:F1} TFLOP/s.\n"));
        if (part != "techniques")
        {
            string export = Path.Combine(run.Folder, "model");
            using (GptNeoForCausalLM model = new(config, device, forTraining: false))
            {
                model.Initialize(1);
                GptNeoWeights.SaveFolder(model.Config, model.Weights, export);
            }

            CompareLogits(run.Folder, export, config, device);
            Print("times", flops / peak, InTurns(run.Rounds, [
                ("DataForge", () => Ours(config, run, new GpuOptimizations())),
                ("Hugging Face's GPT-Neo, eager", () => Theirs("eager", export, run)),
                ("a GPT of the same size, torch.compile", () => Theirs("compiled", export, run))]));
        }

        if (part != "beside")
        {
            GpuOptimizations all = new();
            Print("all techniques over it", flops / peak, InTurns(run.Rounds, [
                ("all techniques", () => Ours(config, run, all)),
                ("without flash attention", () => Ours(config, run, all with { FlashAttention = false })),
                ("without the fused update", () => Ours(config, run, all with { FusedOptimizer = false })),
                ("without CUDA graphs", () => Ours(config, run, all with { CudaGraphs = false })),
                ("without copying ahead", () => Ours(config, run, all with { PrefetchBatches = false })),
                ("without any", () => Ours(config, run, new GpuOptimizations { FlashAttention = false, FusedOptimizer = false, CudaGraphs = false, PrefetchBatches = false }))]));
        }
    }

    private static List<(string Name, List<double> Speeds)> InTurns(int rounds, ReadOnlySpan<(string Name, Func<double?> Measure)> ways)
    {
        List<(string Name, List<double> Speeds)> results = [];
        foreach ((string name, _) in ways)
        {
            results.Add((name, []));
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                if (ways[way].Measure() is { } speed)
                {
                    results[way].Speeds.Add(speed);
                }
            }
        }

        return results;
    }

    private static void Print(string against, double utilisation, List<(string Name, List<double> Speeds)> results)
    {
        Console.WriteLine($"| | tokens/s | MFU | {against} |\n|---|---:|---:|---:|");
        double first = Medians.Of(results[0].Speeds);
        foreach ((string name, List<double> speeds) in results)
        {
            Console.WriteLine(speeds.Count == 0
                ? $"| {name} | not installed | | |"
                : string.Create(CultureInfo.InvariantCulture, $"| {name} | {Medians.Of(speeds):N0} | {Medians.Of(speeds) * utilisation:P1} | {first / Medians.Of(speeds):F2} |"));
        }

        Console.WriteLine();
    }

    private static double? Ours(GptNeoConfig config, Measured run, GpuOptimizations techniques)
    {
        TrainingOptions options = new()
        {
            Steps = 1_000_000, BatchSize = run.Batch, BlockSize = Block, LearningRate = 1e-4, WarmupSteps = 0, EvaluateEvery = 0, CheckpointEvery = 1_000_000,
            Device = "cuda", Precision = Precision.BFloat16, PeakTeraflops = 1, Gpu = techniques,
        };
        SpeedLog log = new(run.Steps);
        using Trainer trainer = new(config, options, new RandomTokens(config.VocabSize), log);
        try
        {
            trainer.Run(Path.Combine(run.Folder, "checkpoints"), CancellationToken.None);
        }
        catch (EnoughException)
        {
            // measured; no checkpoint of it is wanted
        }

        return Medians.Of(log.TokensPerSecond.Skip(Warming));
    }

    private static double? Theirs(string mode, string export, Measured run)
    {
        (int code, string output, string errors) = Python([Script, mode, export, $"{run.Batch}", $"{Block}", $"{run.Steps}"]);
        if (code == Missing)
        {
            Console.Error.WriteLine(errors.Trim());
            return null;
        }

        if (code != 0)
        {
            throw new InvalidOperationException($"reference.py {mode} failed: {errors.Trim()}");
        }

        IEnumerable<double> seconds = output.Split('\n').Where(line => line.StartsWith(mode, StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
        return run.Batch * Block / Medians.Of(seconds.Skip(Warming));
    }

    private static void CompareLogits(string folder, string export, GptNeoConfig config, Device device)
    {
        string idsFile = Path.Combine(folder, "ids"), logitsFile = Path.Combine(folder, "logits");
        CounterRandom random = new(1, "ids");
        long[] ids = [.. Enumerable.Range(0, Block).Select(i => (long)(random.Uniform((ulong)i) * config.VocabSize))];
        File.WriteAllBytes(idsFile, MemoryMarshal.AsBytes(ids.AsSpan()));
        (int code, _, string errors) = Python([Script, "logits", export, idsFile, logitsFile]);
        if (code != 0)
        {
            Console.WriteLine($"logits: not compared ({errors.Trim()})");
            return;
        }

        float[] theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(logitsFile)).ToArray();
        float[] wide = theirs[..(theirs.Length / 2)], narrow = theirs[(theirs.Length / 2)..];
        double largest = wide.Max(Math.Abs);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"logits in float32: {Error(Logits(false), wide) / largest:E2} of the largest apart from Hugging Face's (at most 1e-5 is wanted)"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"logits in bfloat16: {Error(Logits(true), wide) / Error(narrow, wide):F2} times Hugging Face's own error in bfloat16 (at most 1.5 is wanted)"));

        float[] Logits(bool inHalf)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using GptNeoForCausalLM model = new(config, device, forTraining: false, bfloat16: inHalf);
            GptNeoWeights.Load(model, Path.Combine(export, GptNeoWeights.FileName));
            model.RefreshComputeValues();
            return model.Logits(torch.tensor(ids, ids.Length).to(device), 1, Block).to(Device.CPU).contiguous().AsSpan<float>().ToArray();
        }
    }

    private static double Error(float[] a, float[] b)
    {
        double largest = 0;
        for (int i = 0; i < a.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)a[i] - b[i]));
        }

        return largest;
    }

    private static string Script => Path.Combine(SharedFiles.ProjectRoot, "tests", "Benchmarks", "gpu", "reference.py");

    private static (int Code, string Output, string Errors) Python(string[] arguments) => Start(TorchPython.Find() ?? "python3", arguments);

    private static (int Code, string Output, string Errors) Start(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static string DeviceName() => Start("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]).Output.Trim();

    private sealed record Measured(string Folder, int Batch, int Steps, int Rounds);
}
