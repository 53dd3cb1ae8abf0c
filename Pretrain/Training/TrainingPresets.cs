using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>A named recipe: the model's size and how it is trained.</summary>
/// <param name="Name">The name by which it is chosen.</param>
/// <param name="Model">The model for a vocabulary of the given size.</param>
/// <param name="Options">The training options.</param>
public sealed record TrainingPreset(string Name, Func<int, GptNeoConfig> Model, TrainingOptions Options);

/// <summary>
/// Published recipes, and one small enough for a laptop. The tokens of a step are reached by gradient accumulation on one device; with
/// several processes the micro-batches are split across them (<see cref="TrainingOptions.SplitAcross"/>).
/// </summary>
public static class TrainingPresets
{
    private static readonly TrainingPreset[] Presets =
    [
        // Learns within minutes on two CPU cores: 640 steps of 2048 tokens. How it was chosen is in docs/training.md.
        new("quickstart", vocabulary => GptNeoConfig.Quickstart(vocabulary), new TrainingOptions
        {
            Steps = 640, BatchSize = 8, BlockSize = 256, AccumulationSteps = 1, Optimizer = OptimizerKind.Muon, MuonLearningRate = 0.02,
            MuonMomentum = 0.9, Initialization = WeightInitialization.ScaledQueries, LearningRate = 2e-2, WarmupSteps = 40,
            Decay = LearningRateDecay.Linear, MinLearningRateRatio = 0, EvaluateEvery = 320, CheckpointEvery = 160,
        }),

        // PyCodeGPT's continual run (https://github.com/microsoft/PyCodeGPT): 480 blocks of 1024 are about 492K tokens per step.
        new("pycodegpt-110m", vocabulary => GptNeoConfig.Base110M(vocabulary, 1024), new TrainingOptions
        {
            Steps = 100_000, BatchSize = 16, BlockSize = 1024, AccumulationSteps = 30, LearningRate = 5e-4, WarmupSteps = 1000,
            EvaluateEvery = 1000, CheckpointEvery = 1000,
        }),

        // CodeParrot-small (https://huggingface.co/codeparrot/codeparrot-small): 192 blocks of 1024 are about 197K tokens per step.
        new("codeparrot-small", vocabulary => GptNeoConfig.Base110M(vocabulary, 1024), new TrainingOptions
        {
            Steps = 150_000, BatchSize = 16, BlockSize = 1024, AccumulationSteps = 12, LearningRate = 5e-4, WarmupSteps = 2000,
            Beta2 = 0.999, MinLearningRateRatio = 0, EvaluateEvery = 1000, CheckpointEvery = 1000,
        }),

        // nanoGPT's 124M and llm.c's (https://github.com/karpathy/llm.c/discussions/481): 480 blocks of 1024, 0.5M tokens per step.
        new("nanogpt-124m", vocabulary => GptNeoConfig.Base110M(vocabulary, 1024), new TrainingOptions
        {
            Steps = 600_000, BatchSize = 16, BlockSize = 1024, AccumulationSteps = 30, LearningRate = 6e-4, WarmupSteps = 2000,
            EvaluateEvery = 1000, CheckpointEvery = 1000,
        }),

        // The recipe of gpt-neo-1.3B-apps-all (https://github.com/ncoop57/gpt-code-clippy), with a model of any size.
        new("apps-finetune", vocabulary => GptNeoConfig.Base110M(vocabulary, 1024), new TrainingOptions
        {
            Steps = 20_000, BatchSize = 3, BlockSize = 1024, AccumulationSteps = 1, LearningRate = 8e-5, WarmupSteps = 800,
            Decay = LearningRateDecay.Linear, MinLearningRateRatio = 0, Beta2 = 0.98, EvaluateEvery = 2000, CheckpointEvery = 2000,
        }),

        // One stage of CodeGen (https://arxiv.org/abs/2203.13474, table 3, 350M): peak 3e-4 to 3e-5, about 500K tokens per step.
        new("codegen-staged", vocabulary => GptNeoConfig.Base110M(vocabulary, 2048), new TrainingOptions
        {
            Steps = 350_000, BatchSize = 8, BlockSize = 2048, AccumulationSteps = 30, LearningRate = 3e-4, WarmupSteps = 3000,
            Beta2 = 0.999, EvaluateEvery = 1000, CheckpointEvery = 1000,
        }),
    ];

    // The recipes of pre-training with Muon in AdamW's place, at its author's learning rate; the rest is as published.
    private static readonly TrainingPreset[] Variants =
    [
        .. Presets.Where(preset => preset.Name is not ("quickstart" or "apps-finetune")).Select(preset => preset with
        {
            Name = preset.Name + "-muon",
            Options = preset.Options with
            {
                Optimizer = OptimizerKind.Muon, Initialization = WeightInitialization.ScaledQueries,
            },
        }),
    ];

    /// <summary>The names of all recipes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Presets.Concat(Variants).Select(p => p.Name)];

    /// <summary>The recipe of that name.</summary>
    /// <exception cref="ArgumentException">There is no such recipe; the message lists the names.</exception>
    public static TrainingPreset Find(string name) => Presets.Concat(Variants).FirstOrDefault(p => p.Name == name)
        ?? throw new ArgumentException($"there is no training preset '{name}'; there are {string.Join(", ", Names)}");
}
