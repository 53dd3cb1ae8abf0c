using System.Globalization;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Benchmarks;

/// <summary>
/// <c>precision TOKENS [--model quickstart|5m|110m] [--seeds 3] [--steps N]</c>: trains a model on a run's tokens (its folder
/// <c>4-tokens</c>) in float32 and in bfloat16, from the same weights on the same batches, for each seed in turns. Prints validation losses
/// and tokens/s, and whether the means of the losses differ by less than float32's own seeds do: then bfloat16 is harmless there.
/// </summary>
internal static class PrecisionBenchmarks
{
    private static readonly Precision[] Precisions = [Precision.Float32, Precision.BFloat16];

    public static void Run(string[] args)
    {
        string tokens = args[0], model = "5m";
        int seeds = 3, steps = 0;
        for (int i = 1; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--model" when args[i + 1] is "quickstart" or "5m" or "110m": model = args[i + 1]; break;
                case "--seeds": seeds = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--steps": steps = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                default: throw new ArgumentException($"precision knows no {args[i]} {args[i + 1]}");
            }
        }

        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(tokens);
        (GptNeoConfig config, TrainingOptions options) = Sizes(model, steps);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{config.ParameterCount:N0} parameters, {options.Steps} steps of {options.TokensPerStep} tokens, {options.Optimizer}, native engine\n"));
        Console.WriteLine("| seed | float32: validation, nats per token | bfloat16 | float32: tokens/s | bfloat16 | faster |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: |");
        List<Figures>[] results = [[], []];
        for (int seed = 1; seed <= seeds; seed++)
        {
            for (int i = 0; i < 2; i++)
            {
                int turn = seed % 2 == 1 ? i : 1 - i; // who begins alternates
                results[turn].Add(Train(tokens, vocabulary, config, options with { Seed = (ulong)seed, Precision = Precisions[turn] }));
            }

            (Figures wide, Figures narrow) = (results[0][^1], results[1][^1]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {seed} | {wide.Loss:F4} | {narrow.Loss:F4} | {wide.Speed:N0} | {narrow.Speed:N0} | {narrow.Speed / wide.Speed:F2} |"));
        }

        double difference = results[1].Average(f => f.Loss) - results[0].Average(f => f.Loss);
        double spread = results[0].Max(f => f.Loss) - results[0].Min(f => f.Loss);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nmeans: bfloat16 is {difference:+0.0000;-0.0000} nats from float32; float32's seeds differ by {spread:F4}: "
            + $"{(seeds < 2 ? "one seed cannot say whether it is harmless" : Math.Abs(difference) < spread ? "harmless" : "not shown harmless")}"));
    }

    private static (GptNeoConfig Config, TrainingOptions Options) Sizes(string model, int steps)
    {
        TrainingOptions quickstart = TrainingPresets.Find("quickstart").Options;
        (GptNeoConfig config, TrainingOptions options) = model switch
        {
            "quickstart" => (GptNeoConfig.Quickstart(), quickstart),
            "5m" => (GptNeoConfig.Small(), quickstart with { BatchSize = 4 }),
            _ => (GptNeoConfig.Base110M(), TrainingPresets.Find("pycodegpt-110m").Options with
            {
                Steps = 50, WarmupSteps = 5, BatchSize = 1, BlockSize = 512, AccumulationSteps = 1,
            }),
        };
        return (config, options with
        {
            Steps = steps > 0 ? steps : options.Steps, EvaluateEvery = 0, CheckpointEvery = 1_000_000, PeakTeraflops = 1,
        });
    }

    private static Figures Train(string tokens, BpeVocabulary vocabulary, GptNeoConfig config, TrainingOptions options)
    {
        using PackedTrainingData data = new(
            Directory.GetFiles(tokens, "train-*.bin").Order(StringComparer.Ordinal), [Path.Combine(tokens, "val.bin")], new PackedDataOptions
            {
                BlockSize = options.BlockSize, BatchSize = options.BatchSize, Seed = options.Seed, VocabularySize = vocabulary.Count,
                FillerToken = vocabulary.EndOfText, MaxValidationBlocks = 128,
            });
        string folder = Directory.CreateTempSubdirectory("dataforge-precision-").FullName;
        LossLog log = new();
        try
        {
            using Trainer trainer = new(config, options, data, log);
            trainer.Run(folder, CancellationToken.None);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return new Figures(log.Loss, Medians.Of(log.Speeds));
    }

    private readonly record struct Figures(double Loss, double Speed);

    /// <summary>Keeps the speeds and the last validation loss.</summary>
    private sealed class LossLog : ITrainingLog
    {
        public List<double> Speeds { get; } = [];

        public double Loss { get; private set; }

        public void StepCompleted(in StepMetrics step) => Speeds.Add(step.TokensPerSecond);

        public void EvaluationCompleted(in TrainingEvaluation evaluation) => Loss = evaluation.Loss;
    }
}
