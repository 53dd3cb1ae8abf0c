using System.ComponentModel.DataAnnotations;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain;

/// <summary>The model and its training: a preset, and what differs from it.</summary>
public sealed class PretrainOptions : IValidatableObject
{
    /// <summary>
    /// A recipe, with the size of the model, such as <c>codeparrot-small</c>; default <c>pycodegpt-110m</c>. The page on training lists
    /// them, and so does the message for a wrong name.
    /// </summary>
    [Required]
    public string Preset { get; set; } = "pycodegpt-110m";

    /// <summary>
    /// A model to start from: an export, or any GPT-Neo folder in Hugging Face's layout. None: the initial weights are random. Its content
    /// is hashed, not its path.
    /// </summary>
    [NotHashed]
    public string? From { get; set; }

    /// <summary>
    /// A folder of problems in APPS's layout to fine-tune on, instead of the run's tokens. Requires <see cref="From"/>, whose tokenizer is
    /// used and kept. Its content is hashed, not its path.
    /// </summary>
    [NotHashed]
    public string? Problems { get; set; }

    /// <summary>
    /// Stages of training. Each stage trains on the tokens of a run and starts from the weights of the stage before it (as in CodeGen:
    /// natural language, several programming languages, Python). None (default): one training on this run's tokens.
    /// </summary>
    public IList<StagedOptions> Stages { get; set; } = [];

    /// <summary>Optimizer steps. None: the preset's value.</summary>
    public long? Steps { get; set; }

    /// <summary>Blocks of a micro-batch. None: the preset's value.</summary>
    public int? BatchSize { get; set; }

    /// <summary>Tokens of a block. None: the preset's value.</summary>
    public int? BlockSize { get; set; }

    /// <summary>Micro-batches of a step. None: the preset's value.</summary>
    public int? AccumulationSteps { get; set; }

    /// <summary>Peak learning rate. None: the preset's value.</summary>
    public double? LearningRate { get; set; }

    /// <summary>
    /// <c>adamw</c>, or <c>muon</c>: Muon for the matrices of the blocks and AdamW for the rest. None: the preset's value.
    /// </summary>
    public OptimizerKind? Optimizer { get; set; }

    /// <summary>
    /// Peak learning rate of Muon; <see cref="LearningRate"/> is then the peak for the other parameters. None: the preset's value.
    /// </summary>
    public double? MuonLearningRate { get; set; }

    /// <summary>
    /// <c>gptneo</c>, or <c>scaledqueries</c>: the initial query matrices are multiplied by 1/√(head size). None: the preset's value.
    /// </summary>
    public WeightInitialization? Initialization { get; set; }

    /// <summary>Steps of warm-up. None: the preset's value.</summary>
    public long? WarmupSteps { get; set; }

    /// <summary>Steps between evaluations. None: the preset's value.</summary>
    public long? EvaluateEvery { get; set; }

    /// <summary>Steps between checkpoints; it does not affect the weights. None: the preset's value.</summary>
    [NotHashed]
    public long? CheckpointEvery { get; set; }

    /// <summary>Training stops after this many evaluations without a new best loss; 0 (default): never.</summary>
    [Range(0, 1_000_000)]
    public int EarlyStopEvaluations { get; set; }

    /// <summary>How many of the newest checkpoints are kept, besides the best: 1 to 1000; default 2.</summary>
    [NotHashed]
    [Range(1, 1000)]
    public int CheckpointsKept { get; set; } = 2;

    /// <summary>
    /// How many seconds a process waits for another one if several train together (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT): 1 to
    /// 86,400; default 600, like PyTorch's timeout for NCCL.
    /// </summary>
    [NotHashed]
    [Range(1, 86_400)]
    public int ProcessTimeoutSeconds { get; set; } = 600;

    /// <summary>Seed of the initial weights and of the order of the data; default 1.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>Whether documents of starred repositories are repeated within an epoch, as in PyCodeGPT; default no.</summary>
    public bool ResampleByStars { get; set; }

    /// <summary>Most held-out blocks that an evaluation reads: 1 to 1,000,000; default 256.</summary>
    [Range(1, 1_000_000)]
    public int MaxValidationBlocks { get; set; } = 256;

    /// <summary>
    /// About how many bytes of held-out documents are used to measure the trained model's bits per byte; default 1,048,576: about a hundred
    /// files, which a small model reads in half a minute on a CPU. With fewer files, gzip's own figure differs by a tenth between two
    /// choices of files. 0: none.
    /// </summary>
    [Range(0, 1L << 40)]
    public long HeldOutBytes { get; set; } = 1 << 20;

    /// <summary>Threads that an operator may use; 0 (default): one per core. The same number gives the same bytes.</summary>
    [Range(0, 1024)]
    [NotHashed]
    public int Threads { get; set; }

    /// <summary><c>auto</c> (default: a GPU if there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    [NotHashed]
    [Required]
    public string Device { get; set; } = "auto";

    /// <summary>
    /// The code that computes the model: <c>auto</c> (default), <c>native</c> or <c>torchsharp</c>. <c>auto</c> is native if its library is
    /// built, if several processes train together, or if the device is <c>cuda</c>; else TorchSharp. The run's <c>config.json</c> keeps
    /// the choice, because the engines round differently; a checkpoint of the other engine is refused.
    /// </summary>
    [NotHashed]
    public TrainingEngine Engine { get; set; }

    /// <summary>
    /// The element type that the model computes with: <c>auto</c> (default), <c>float32</c> or <c>bfloat16</c>. <c>auto</c> is bfloat16 on
    /// a GPU, and for the native engine on a CPU that has AMX; else float32. A training that has a checkpoint keeps the
    /// checkpoint's. Weights, gradients, the optimizer and the loss are always float32.
    /// </summary>
    public Precision Precision { get; set; }

    /// <summary>The device's peak in TFLOP/s, for the utilisation in the log; 0 (default) measures it.</summary>
    [NotHashed]
    [Range(0, 1e6)]
    public double PeakTeraflops { get; set; }

    /// <summary>
    /// Whether the steps on a GPU are captured once as CUDA graphs and replayed, if one process trains. If that fails, the run warns and
    /// continues without. Default yes.
    /// </summary>
    [NotHashed]
    public bool CudaGraphs { get; set; } = true;

    /// <summary>
    /// The prompt that the trained model completes for the report: the beginning of a function. None: three prompts of the program; empty
    /// text: no completion.
    /// </summary>
    public string? SamplePrompt { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TrainingPresets.Names.Contains(Preset))
        {
            yield return new ValidationResult($"Preset '{Preset}' is none of {string.Join(", ", TrainingPresets.Names)}.");
            yield break;
        }

        if (Problems is not null && From is null)
        {
            yield return new ValidationResult("Problems needs From: the folder of the model to fine-tune.");
        }

        if (Problems is not null && Stages.Count > 0)
        {
            yield return new ValidationResult("Problems and Stages cannot be given together: fine-tune in a run of its own.");
        }

        if (Stages.Any(stage => stage.Name.Length == 0 || !stage.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            || Stages.Select(stage => stage.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() < Stages.Count)
        {
            yield return new ValidationResult("Stages: each needs its own name, of letters, digits, '-' and '_'.");
        }

        if (Engine == TrainingEngine.TorchSharp && Device.StartsWith("cuda", StringComparison.Ordinal))
        {
            yield return new ValidationResult("The torchsharp engine computes on a CPU: give Device cpu, or Engine native.");
        }

        foreach (string fault in Stages.DefaultIfEmpty(null).SelectMany(stage => Training("cpu", stage, int.MaxValue).Faults()).Distinct())
        {
            yield return new ValidationResult(fault + ".");
        }
    }

    /// <summary>The preset's training options, overridden by these options and then by the stage's.</summary>
    /// <param name="device">cpu, cuda or cuda:N.</param>
    /// <param name="stage">One of <see cref="Stages"/>; null if there are none.</param>
    /// <param name="positions">The model's positions, which limit the preset's block size.</param>
    internal TrainingOptions Training(string device, StagedOptions? stage, int positions)
    {
        TrainingOptions preset = TrainingPresets.Find(Preset).Options;
        TrainingEngine engine = TrainingEngines.Resolve(Engine, Device);
        long steps = stage?.Steps ?? Steps ?? preset.Steps;

        // A short run of a long recipe has a shorter warm-up, at most a tenth of its steps.
        long defaultWarmup = steps == preset.Steps ? preset.WarmupSteps : Math.Min(preset.WarmupSteps, steps / 10);
        return preset with
        {
            Steps = steps,
            BatchSize = BatchSize ?? preset.BatchSize,
            BlockSize = BlockSize ?? Math.Min(preset.BlockSize, positions),
            AccumulationSteps = AccumulationSteps ?? preset.AccumulationSteps,
            LearningRate = stage?.LearningRate ?? LearningRate ?? preset.LearningRate,
            Optimizer = Optimizer ?? preset.Optimizer,
            MuonLearningRate = MuonLearningRate ?? preset.MuonLearningRate,
            Initialization = Initialization ?? preset.Initialization,
            WarmupSteps = stage?.WarmupSteps ?? WarmupSteps ?? defaultWarmup,
            EvaluateEvery = EvaluateEvery ?? preset.EvaluateEvery,
            CheckpointEvery = CheckpointEvery ?? preset.CheckpointEvery,
            EarlyStopEvaluations = EarlyStopEvaluations,
            CheckpointsKept = CheckpointsKept,
            Seed = Seed,
            Threads = Threads,
            Device = device,
            Precision = Precisions.Resolve(Precision, device, engine),
            Engine = engine,
            PeakTeraflops = PeakTeraflops,
            Gpu = new GpuOptimizations { CudaGraphs = CudaGraphs },
        };
    }
}

/// <summary>One stage of a training in several stages; what is absent is taken from <see cref="PretrainOptions"/>.</summary>
public sealed class StagedOptions
{
    /// <summary>Its name, of letters, digits, '-' and '_'.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>The run of the same workspace whose tokens it is trained on; empty (default): this run.</summary>
    public string Run { get; set; } = "";

    /// <summary>Optimizer steps.</summary>
    public long? Steps { get; set; }

    /// <summary>Peak learning rate.</summary>
    public double? LearningRate { get; set; }

    /// <summary>Steps of warm-up.</summary>
    public long? WarmupSteps { get; set; }
}
