using System.ComponentModel.DataAnnotations;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain;

/// <summary>The model and its training: a preset, and what is to differ from it.</summary>
public sealed class PretrainOptions : IValidatableObject
{
    /// <summary>A published recipe, model size included (<see cref="TrainingPresets"/>); default <c>pycodegpt-110m</c>.</summary>
    [Required]
    public string Preset { get; set; } = "pycodegpt-110m";

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

    /// <summary>Steps of warm-up; the preset's where absent.</summary>
    public long? WarmupSteps { get; set; }

    /// <summary>Steps between evaluations; the preset's where absent.</summary>
    public long? EvaluateEvery { get; set; }

    /// <summary>Steps between checkpoints; the preset's where absent. It decides no weight.</summary>
    [NotHashed]
    public long? CheckpointEvery { get; set; }

    /// <summary>Seeds the first weights and the order of the data; default 1.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>Whether documents of starred repositories come more than once an epoch, as PyCodeGPT has it; default no.</summary>
    public bool ResampleByStars { get; set; }

    /// <summary>The most held-out blocks an evaluation reads: 1 to 1,000,000; default 256.</summary>
    [Range(1, 1_000_000)]
    public int MaxValidationBlocks { get; set; } = 256;

    /// <summary>Threads an operator may use; 0 (default) means one a core. The same number gives the same bytes.</summary>
    [Range(0, 1024)]
    [NotHashed]
    public int Threads { get; set; }

    /// <summary><c>auto</c> (default: a GPU where there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    [NotHashed]
    [Required]
    public string Device { get; set; } = "auto";

    /// <summary>The device's peak in TFLOP/s, for the utilisation in the log; 0 (default) measures it.</summary>
    [NotHashed]
    [Range(0, 1e6)]
    public double PeakTeraflops { get; set; }

    /// <summary>What the trained model is asked to go on from, for the report.</summary>
    public string SamplePrompt { get; set; } = "def read_lines(path):\n    \"\"\"Return the lines of a file.\"\"\"\n";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TrainingPresets.Names.Contains(Preset))
        {
            yield return new ValidationResult($"Preset '{Preset}' is none of {string.Join(", ", TrainingPresets.Names)}.");
            yield break;
        }

        foreach (string fault in Training("cpu").Faults())
        {
            yield return new ValidationResult(fault + ".");
        }
    }

    /// <summary>The preset with what differs from it.</summary>
    internal TrainingOptions Training(string device)
    {
        TrainingOptions preset = TrainingPresets.Find(Preset).Options;
        long steps = Steps ?? preset.Steps;
        return preset with
        {
            Steps = steps,
            BatchSize = BatchSize ?? preset.BatchSize,
            BlockSize = BlockSize ?? preset.BlockSize,
            AccumulationSteps = AccumulationSteps ?? preset.AccumulationSteps,
            LearningRate = LearningRate ?? preset.LearningRate,

            // A short run of a long recipe warms up for as large a share of it.
            WarmupSteps = WarmupSteps ?? (steps == preset.Steps ? preset.WarmupSteps : Math.Min(preset.WarmupSteps, steps / 10)),
            EvaluateEvery = EvaluateEvery ?? preset.EvaluateEvery,
            CheckpointEvery = CheckpointEvery ?? preset.CheckpointEvery,
            Seed = Seed,
            Threads = Threads,
            Device = device,
            PeakTeraflops = PeakTeraflops,
        };
    }
}
