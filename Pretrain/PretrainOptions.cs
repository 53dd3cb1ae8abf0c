using System.ComponentModel.DataAnnotations;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain;

/// <summary>The model and its training: a preset, and what differs from it.</summary>
public sealed class PretrainOptions : IValidatableObject
{
    /// <summary>A published recipe, model size included (<see cref="TrainingPresets"/>); default <c>pycodegpt-110m</c>.</summary>
    [Required]
    public string Preset { get; set; } = "pycodegpt-110m";

    /// <summary>
    /// A model to start from: an export, or any GPT-Neo folder in Hugging Face's layout; absent draws the weights. Its content is hashed,
    /// not its path.
    /// </summary>
    [NotHashed]
    public string? From { get; set; }

    /// <summary>
    /// A folder of problems in APPS's layout to fine-tune on, in place of the run's tokens; needs <see cref="From"/>, whose tokenizer is
    /// used and kept. Its content is hashed, not its path.
    /// </summary>
    [NotHashed]
    public string? Problems { get; set; }

    /// <summary>
    /// Stages, each trained on the tokens of a run, starting from the weights of the stage before it (as CodeGen was: natural language,
    /// several programming languages, Python). Empty (default): one training on this run's tokens.
    /// </summary>
    public IList<StagedOptions> Stages { get; set; } = [];

    /// <summary>Optimizer steps; the preset's where absent.</summary>
    public long? Steps { get; set; }

    /// <summary>Blocks of a micro-batch; the preset's where absent.</summary>
    public int? BatchSize { get; set; }

    /// <summary>Tokens of a block; the preset's where absent.</summary>
    public int? BlockSize { get; set; }

    /// <summary>Micro-batches of a step; the preset's where absent.</summary>
    public int? AccumulationSteps { get; set; }

    /// <summary>Peak learning rate; the preset's where absent.</summary>
    public double? LearningRate { get; set; }

    /// <summary>
    /// <c>adamw</c>, or <c>muon</c>: Muon for the matrices of the blocks and AdamW for the rest. The preset's where absent.
    /// </summary>
    public OptimizerKind? Optimizer { get; set; }

    /// <summary>Peak learning rate of Muon; <see cref="LearningRate"/> is then that of the rest. The preset's where absent.</summary>
    public double? MuonLearningRate { get; set; }

    /// <summary>
    /// <c>gptneo</c>, or <c>scaledqueries</c>: queries begin 1/√(head size) times as large. The preset's where absent.
    /// </summary>
    public WeightInitialization? Initialization { get; set; }

    /// <summary>Steps of warm-up; the preset's where absent.</summary>
    public long? WarmupSteps { get; set; }

    /// <summary>Steps between evaluations; the preset's where absent.</summary>
    public long? EvaluateEvery { get; set; }

    /// <summary>Steps between checkpoints; the preset's where absent. It does not affect the weights.</summary>
    [NotHashed]
    public long? CheckpointEvery { get; set; }

    /// <summary>Evaluations without a new best after which training stops; 0 (default) never.</summary>
    [Range(0, 1_000_000)]
    public int EarlyStopEvaluations { get; set; }

    /// <summary>Newest checkpoints kept, besides the best: 1 to 1000; default 2.</summary>
    [NotHashed]
    [Range(1, 1000)]
    public int CheckpointsKept { get; set; } = 2;

    /// <summary>
    /// Where several processes train together (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT): how long one waits for another, in seconds: 1
    /// to 86,400; default 600, as PyTorch's default timeout for NCCL.
    /// </summary>
    [NotHashed]
    [Range(1, 86_400)]
    public int ProcessTimeoutSeconds { get; set; } = 600;

    /// <summary>Seed of the initial weights and of the order of the data; default 1.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>Whether documents of starred repositories are repeated within an epoch, as in PyCodeGPT; default no.</summary>
    public bool ResampleByStars { get; set; }

    /// <summary>The most held-out blocks an evaluation reads: 1 to 1,000,000; default 256.</summary>
    [Range(1, 1_000_000)]
    public int MaxValidationBlocks { get; set; } = 256;

    /// <summary>
    /// About how many bytes of held-out documents the trained model reads, to state its bits per byte; default 1,048,576: about a hundred
    /// files, read in half a minute by a small model on a CPU. Fewer files say less: gzip's own figure then differs by a tenth from one
    /// choice of files to the next. 0: none.
    /// </summary>
    [Range(0, 1L << 40)]
    public long HeldOutBytes { get; set; } = 1 << 20;

    /// <summary>Threads an operator may use; 0 (default) means one per core. The same number gives the same bytes.</summary>
    [Range(0, 1024)]
    [NotHashed]
    public int Threads { get; set; }

    /// <summary><c>auto</c> (default: a GPU where there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    [NotHashed]
    [Required]
    public string Device { get; set; } = "auto";

    /// <summary>
    /// <c>auto</c> (default: native on a GPU, for several processes, or where its library is built, else TorchSharp), <c>native</c> or
    /// <c>torchsharp</c>: what computes the model. The run's <c>config.json</c> keeps what auto came to, since the engines round
    /// differently; a checkpoint of the other engine is refused.
    /// </summary>
    [NotHashed]
    public TrainingEngine Engine { get; set; }

    /// <summary>
    /// <c>auto</c> (default: bfloat16 on a GPU, float32 on a CPU), <c>float32</c> or <c>bfloat16</c>: the element type the model computes
    /// with. Weights, gradients, the optimizer and the loss are float32 in every case.
    /// </summary>
    public Precision Precision { get; set; }

    /// <summary>The device's peak in TFLOP/s, for the utilisation in the log; 0 (default) measures it.</summary>
    [NotHashed]
    [Range(0, 1e6)]
    public double PeakTeraflops { get; set; }

    /// <summary>
    /// Whether a GPU's steps are captured once and replayed, where one process trains; where that fails the run warns and continues
    /// without. Default yes.
    /// </summary>
    [NotHashed]
    public bool CudaGraphs { get; set; } = true;

    /// <summary>
    /// The prompt that the trained model completes, for the report: the beginning of a function. Absent: three prompts of the program's own
    /// (<see cref="FunctionSample.Prompts"/>); empty: none.
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
            yield return new ValidationResult("Stages: each needs a name of its own, of letters, digits, '-' and '_'.");
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
    /// <param name="stage">One of <see cref="Stages"/>; null where there are none.</param>
    /// <param name="positions">The model's positions, which limit the preset's block size.</param>
    internal TrainingOptions Training(string device, StagedOptions? stage, int positions)
    {
        TrainingOptions preset = TrainingPresets.Find(Preset).Options;
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
            Precision = Precision,
            Engine = TrainingEngines.Resolve(Engine, Device),
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
