using System.Diagnostics;
using System.Globalization;
using DataForge.Pretrain;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Benchmarks;

/// <summary>
/// <c>engines [--model quickstart|5m|110m|all] [--steps 20] [--rounds 3]</c>: whole training steps of the native engine in both precisions
/// and of TorchSharp, in turns, each in a process of its own, since a process loads one libtorch. Prints a table in Markdown.
/// </summary>
internal static class EngineBenchmarks
{
    private const int Warming = 2; // steps left out at the start
    private static readonly Subject[] Native = [new(TrainingEngine.Native, Precision.Float32), new(TrainingEngine.Native, Precision.BFloat16)];
    private static readonly Subject TorchSharp = new(TrainingEngine.TorchSharp, Precision.Float32);

    public static void Run(string[] args)
    {
        if (args is ["child", var engine, var precision, var trained, var count])
        {
            Child(new(Enum.Parse<TrainingEngine>(engine), Enum.Parse<Precision>(precision)), trained, int.Parse(count, CultureInfo.InvariantCulture));
            return;
        }

        string model = "all";
        int steps = 0, rounds = 3;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--model" when args[i + 1] is "all" or "quickstart" or "5m" or "110m": model = args[i + 1]; break;
                case "--steps": steps = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--rounds": rounds = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                default: throw new ArgumentException($"engines knows no {args[i]} {args[i + 1]}");
            }
        }

        bool hasNative = NativeLibraryFinder.Find() is not null;
        if (!hasNative)
        {
            Console.WriteLine("There is no native engine here (./dataforge native), so TorchSharp is measured alone.");
        }

        foreach (string size in (string[])["quickstart", "5m", "110m"])
        {
            if (model == "all" || model == size)
            {
                Compare(size, steps > 0 ? steps : size == "110m" ? 4 : 20, rounds, hasNative ? [.. Native, TorchSharp] : [TorchSharp]);
            }
        }
    }

    private static void Compare(string model, int steps, int rounds, Subject[] subjects)
    {
        (GptNeoConfig config, TrainingOptions options) = Sizes(model, steps, TorchSharp);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nTraining engines: {config.ParameterCount:N0} parameters, steps of {options.BatchSize} × {options.BlockSize} tokens, "
            + $"{Environment.ProcessorCount} threads, {steps} steps, medians of {rounds} rounds in turns.\n"));
        List<Figures>[] results = [.. subjects.Select(_ => new List<Figures>())];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < subjects.Length; i++)
            {
                results[i].Add(Measure(subjects[i], model, steps));
            }
        }

        string first = "over " + subjects[0].Name;
        Console.WriteLine($"| engine | tokens/s | {first} | processor s a step | memory, MB | {first} | to the end of the first step, s |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        double speed = Median(results[0], f => f.TokensPerSecond), memory = Median(results[0], f => f.PeakMegabytes);
        for (int i = 0; i < subjects.Length; i++)
        {
            double ownSpeed = Median(results[i], f => f.TokensPerSecond), ownMemory = Median(results[i], f => f.PeakMegabytes);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {subjects[i].Name} | {ownSpeed:N0} | {ownSpeed / speed:F2} | "
                + $"{Median(results[i], f => f.ProcessorSeconds):F2} | {ownMemory:N0} | {ownMemory / memory:F2} | "
                + $"{Median(results[i], f => f.FirstStepSeconds):F1} |"));
        }
    }

    private static double Median(List<Figures> rounds, Func<Figures, double> figure)
    {
        double[] sorted = [.. rounds.Select(figure).Order()];
        return sorted[sorted.Length / 2];
    }

    private static Figures Measure(Subject subject, string model, int steps)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(EngineBenchmarks).Assembly.Location);
        }

        foreach (string argument in (string[])
            ["engines", "child", subject.Engine.ToString(), subject.Precision.ToString(), model, steps.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        double[] numbers = child.ExitCode == 0
            ? [.. output.Trim().Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"{subject.Name} failed: {output}");
        return new Figures(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>Trains, and prints tokens/s, seconds of processor time a step, MB at the peak, seconds to the end of the first step.</summary>
    private static void Child(Subject subject, string model, int steps)
    {
        (GptNeoConfig config, TrainingOptions options) = Sizes(model, steps, subject);
        string folder = Directory.CreateTempSubdirectory("dataforge-engines-").FullName;
        EngineLog log = new(options.Steps);
        try
        {
            using Trainer trainer = new(config, options, new RandomTokens(config.VocabSize), log);
            trainer.Run(folder, CancellationToken.None);
        }
        catch (EnoughException)
        {
            // measured; no checkpoint of it is wanted
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        double[] speeds = [.. log.Speeds.Skip(Warming).Order()], seconds = [.. log.ProcessorSeconds.Skip(Warming).Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{speeds[speeds.Length / 2]} {seconds[seconds.Length / 2]} {PeakMegabytes()} {log.FirstStepSeconds}"));
    }

    private static (GptNeoConfig Config, TrainingOptions Options) Sizes(string model, int steps, Subject subject)
    {
        (GptNeoConfig config, TrainingOptions options) = model switch
        {
            "quickstart" => (GptNeoConfig.Quickstart(4096), TrainingPresets.Find("quickstart").Options),
            "5m" => (GptNeoConfig.Small(), new TrainingOptions { BatchSize = 4, BlockSize = 256 }),
            _ => (GptNeoConfig.Base110M(), new TrainingOptions { BatchSize = 1, BlockSize = 512 }),
        };
        return (config, options with
        {
            Steps = steps + Warming, LearningRate = 1e-4, WarmupSteps = 0, EvaluateEvery = 0, CheckpointEvery = 1_000_000, PeakTeraflops = 1,
            Engine = subject.Engine, Precision = subject.Precision,
        });
    }

    private static long PeakMegabytes() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) >> 10;

    /// <summary>What is measured: an engine that computes in a precision.</summary>
    private sealed record Subject(TrainingEngine Engine, Precision Precision)
    {
        public string Name => $"{Engine}, {Precision}".ToLowerInvariant();
    }

    private sealed record Figures(double TokensPerSecond, double ProcessorSeconds, double PeakMegabytes, double FirstStepSeconds);

    /// <summary>Keeps the speeds, and ends the run after its last step.</summary>
    private sealed class EngineLog(long steps) : ITrainingLog
    {
        private TimeSpan _before = Process.GetCurrentProcess().TotalProcessorTime;

        public List<double> Speeds { get; } = [];

        public List<double> ProcessorSeconds { get; } = [];

        public double FirstStepSeconds { get; private set; }

        public void StepCompleted(in StepMetrics step)
        {
            using Process self = Process.GetCurrentProcess();
            if (step.Step == 0)
            {
                FirstStepSeconds = (DateTime.Now - self.StartTime).TotalSeconds;
            }

            ProcessorSeconds.Add((self.TotalProcessorTime - _before).TotalSeconds);
            _before = self.TotalProcessorTime;
            Speeds.Add(step.TokensPerSecond);
            if (step.Step == steps - 1)
            {
                throw new EnoughException();
            }
        }
    }
}
