using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// <c>gpu [--batch 16] [--steps 30] [--peak 989]</c>: whole training steps of <c>pycodegpt-110m</c> at block 1024 in bfloat16, beside
/// Hugging Face's GPT-Neo (eager, bfloat16) and a compiled GPT of the same size, in turns and in one run; then the logits against
/// Hugging Face's. Prints a table in Markdown. Exit code 2 where there is no GPU.
/// </summary>
internal static class GpuBenchmarks
{
    private const int Block = 1024;
    private const int Rounds = 3;
    private const int Missing = 3; // reference.py: something it needs is not installed

    public static int Run(string[] args)
    {
        int batch = 16, steps = 30;
        double peak = 0;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--batch": batch = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--steps": steps = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--peak": peak = double.Parse(args[i + 1], CultureInfo.InvariantCulture) * 1e12; break;
                default: throw new ArgumentException($"gpu knows no {args[i]}");
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

        string folder = Directory.CreateTempSubdirectory("dataforge-gpu-").FullName;
        try
        {
            Measure(folder, batch, steps, peak);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Measure(string folder, int batch, int steps, double peak)
    {
        Device device = Device.Parse("cuda");
        GptNeoConfig config = GptNeoConfig.Base110M();
        string export = Path.Combine(folder, "model");
        using (GptNeoForCausalLM model = new(config, device, forTraining: false))
        {
            model.Initialize(1);
            GptNeoWeights.SaveFolder(model, export);
        }

        if (peak == 0)
        {
            peak = DeviceSpeed.MeasurePeak(device, TimeProvider.System, ScalarType.BFloat16);
        }

        double flops = DeviceSpeed.FlopsPerToken(config, Block);
        var speeds = new Dictionary<string, List<double>> { ["DataForge"] = [], ["eager"] = [], ["compiled"] = [] };
        for (int round = 0; round < Rounds; round++)
        {
            speeds["DataForge"].Add(Ours(config, Path.Combine(folder, $"run-{round}"), batch, steps));
            foreach (string mode in (string[])["eager", "compiled"])
            {
                if (Theirs(mode, export, batch, steps) is { } speed)
                {
                    speeds[mode].Add(speed);
                }
            }
        }

        Console.WriteLine($"{DeviceName()}, libtorch {torch.Version}: pycodegpt-110m, batch {batch} × {Block}, bfloat16, {steps} steps, median of {Rounds} rounds.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"MFU is tokens/s × {flops / 1e9:F3} GFLOP a token (6 N + 12 L H T) over {peak / 1e12:F1} TFLOP/s.\n"));
        Console.WriteLine("| | tokens/s | MFU | times |\n|---|---:|---:|---:|");
        double ours = Median(speeds["DataForge"]);
        foreach ((string name, string text) in (ReadOnlySpan<(string, string)>)[
            ("DataForge", "DataForge"), ("eager", "Hugging Face's GPT-Neo, eager"), ("compiled", "a GPT of the same size, torch.compile")])
        {
            Console.WriteLine(speeds[name].Count == 0
                ? $"| {text} | not installed | | |"
                : string.Create(CultureInfo.InvariantCulture, $"| {text} | {Median(speeds[name]):N0} | {Median(speeds[name]) * flops / peak:P1} | {ours / Median(speeds[name]):F2} |"));
        }

        Console.WriteLine();
        CompareLogits(folder, export, config, device);
    }

    private static double Ours(GptNeoConfig config, string folder, int batch, int steps)
    {
        TrainingOptions options = new()
        {
            Steps = steps, BatchSize = batch, BlockSize = Block, LearningRate = 1e-4, WarmupSteps = 0, EvaluateEvery = 0, CheckpointEvery = 1_000_000,
            Device = "cuda", PeakTeraflops = 1,
        };
        SpeedLog log = new();
        using Trainer trainer = new(config, options, new RandomTokens(config.VocabSize), log);
        trainer.Run(folder, CancellationToken.None);
        return Median(log.TokensPerSecond.Skip(5));
    }

    private static double? Theirs(string mode, string export, int batch, int steps)
    {
        (int code, string output, string errors) = Python([Script, mode, export, $"{batch}", $"{Block}", $"{steps}"]);
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
        return batch * Block / Median(seconds.Skip(5));
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
            using GptNeoForCausalLM model = new(config, device, forTraining: false, narrow: inHalf);
            GptNeoWeights.Load(model, Path.Combine(export, GptNeoWeights.FileName));
            model.Refresh();
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

    /// <summary>Runs the Python that has torch: the first on the path, else the system's own.</summary>
    private static (int Code, string Output, string Errors) Python(string[] arguments)
    {
        string python = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(name => Start(name, ["-c", "import torch"]).Code == 0) ?? "python3";
        return Start(python, arguments);
    }

    private static (int Code, string Output, string Errors) Start(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static string DeviceName() => Start("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]).Output.Trim();

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed class RandomTokens(int vocabulary) : ITrainingData
    {
        public string Fingerprint => "random";

        public int ValidationBatches => 0;

        public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
        {
            CounterRandom random = new((ulong)step, "tokens");
            for (int i = 0; i < tokens.Length; i++)
            {
                tokens[i] = labels[i] = (int)(random.Uniform((ulong)i) * vocabulary);
            }
        }

        public void FillValidation(int index, Span<int> tokens, Span<int> labels) => throw new NotSupportedException("nothing is held out");
    }

    private sealed class SpeedLog : ITrainingLog
    {
        public List<double> TokensPerSecond { get; } = [];

        public void Started(in TrainingStarted started)
        {
        }

        public void Step(in TrainingStep step) => TokensPerSecond.Add(step.TokensPerSecond);

        public void Evaluated(in TrainingEvaluation evaluation)
        {
        }

        public void Skipped(in TrainingStepSkipped skipped)
        {
        }

        public void Saved(in TrainingCheckpoint checkpoint)
        {
        }

        public void Rejected(in TrainingCheckpoint checkpoint)
        {
        }
    }
}
