using System.Diagnostics;
using System.Globalization;
using DataForge.Pretrain;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Benchmarks;

/// <summary>
/// <c>engines [--model 5m|110m|all] [--steps 20] [--rounds 3]</c>: whole training steps of the native engine and of TorchSharp, in turns,
/// each in a process of its own, since a process loads one libtorch. Prints a table in Markdown.
/// </summary>
internal static class EngineBenchmarks
{
    private const int Warming = 2; // steps left out at the start
    private static readonly TrainingEngine[] Engines = [TrainingEngine.Native, TrainingEngine.TorchSharp];

    public static void Run(string[] args)
    {
        if (args is ["child", var engine, var trained, var count])
        {
            Child(Enum.Parse<TrainingEngine>(engine), trained, int.Parse(count, CultureInfo.InvariantCulture));
            return;
        }

        string model = "all";
        int steps = 0, rounds = 3;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--model" when args[i + 1] is "all" or "5m" or "110m": model = args[i + 1]; break;
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

        foreach (string size in (string[])["5m", "110m"])
        {
            if (model == "all" || model == size)
            {
                Compare(size, steps > 0 ? steps : size == "5m" ? 20 : 4, rounds, hasNative ? Engines : [TrainingEngine.TorchSharp]);
            }
        }
    }

    private static void Compare(string model, int steps, int rounds, TrainingEngine[] engines)
    {
        (GptNeoConfig config, TrainingOptions options) = Sizes(model, steps, TrainingEngine.TorchSharp);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nTraining engines: {config.ParameterCount:N0} parameters, steps of {options.BatchSize} × {options.BlockSize} tokens, float32, "
            + $"{Environment.ProcessorCount} threads, {steps} steps, medians of {rounds} rounds in turns.\n"));
        List<Figures>[] results = [.. engines.Select(_ => new List<Figures>())];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < engines.Length; i++)
            {
                results[i].Add(Measure(engines[i], model, steps));
            }
        }

        string first = "over " + engines[0].ToString().ToLowerInvariant();
        Console.WriteLine($"| engine | tokens/s | {first} | processor s a step | memory, MB | {first} | to the end of the first step, s |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        double speed = Median(results[0], f => f.TokensPerSecond), memory = Median(results[0], f => f.PeakMegabytes);
        for (int i = 0; i < engines.Length; i++)
        {
            double ownSpeed = Median(results[i], f => f.TokensPerSecond), ownMemory = Median(results[i], f => f.PeakMegabytes);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {engines[i].ToString().ToLowerInvariant()} | {ownSpeed:N0} | {ownSpeed / speed:F2} | "
                + $"{Median(results[i], f => f.ProcessorSeconds):F2} | {ownMemory:N0} | {ownMemory / memory:F2} | "
                + $"{Median(results[i], f => f.FirstStepSeconds):F1} |"));
        }
    }

    private static double Median(List<Figures> rounds, Func<Figures, double> figure)
    {
        double[] sorted = [.. rounds.Select(figure).Order()];
        return sorted[sorted.Length / 2];
    }

    private static Figures Measure(TrainingEngine engine, string model, int steps)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(EngineBenchmarks).Assembly.Location);
        }

        foreach (string argument in (string[])["engines", "child", engine.ToString(), model, steps.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        double[] numbers = child.ExitCode == 0
            ? [.. output.Trim().Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"the {engine} engine failed: {output}");
        return new Figures(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>Trains, and prints tokens/s, seconds of processor time a step, MB at the peak, seconds to the end of the first step.</summary>
    private static void Child(TrainingEngine engine, string model, int steps)
    {
        (GptNeoConfig config, TrainingOptions options) = Sizes(model, steps, engine);
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

    private static (GptNeoConfig Config, TrainingOptions Options) Sizes(string model, int steps, TrainingEngine engine)
    {
        bool large = model == "110m";
        return (large ? GptNeoConfig.Base110M() : GptNeoConfig.Small(), new TrainingOptions
        {
            Steps = steps + Warming, BatchSize = large ? 1 : 4, BlockSize = large ? 512 : 256, LearningRate = 1e-4, WarmupSteps = 0, EvaluateEvery = 0,
            CheckpointEvery = 1_000_000, PeakTeraflops = 1, Engine = engine,
        });
    }

    private static long PeakMegabytes() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) >> 10;

    private sealed record Figures(double TokensPerSecond, double ProcessorSeconds, double PeakMegabytes, double FirstStepSeconds);

    /// <summary>Keeps the speeds, and ends the run after its last step.</summary>
    private sealed class EngineLog(long steps) : ITrainingLog
    {
        private TimeSpan _before = Process.GetCurrentProcess().TotalProcessorTime;

        public List<double> Speeds { get; } = [];

        public List<double> ProcessorSeconds { get; } = [];

        public double FirstStepSeconds { get; private set; }

        public void RunStarted(in TrainingStarted started)
        {
        }

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

        public void EvaluationCompleted(in TrainingEvaluation evaluation)
        {
        }

        public void StepSkipped(in TrainingStepSkipped skipped)
        {
        }

        public void CheckpointSaved(in TrainingCheckpoint checkpoint)
        {
        }

        public void CheckpointRejected(in TrainingCheckpoint checkpoint)
        {
        }
    }
}
