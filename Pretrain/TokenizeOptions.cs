using System.ComponentModel.DataAnnotations;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain;

/// <summary>How the dataset is tokenized: the tokenizer, the held-out repositories, the form of documents.</summary>
public sealed class TokenizeOptions : IValidatableObject
{
    /// <summary>
    /// Text to tokenize in place of the run's dataset, unchanged, without rules and licences: <c>jsonl:PATH</c> or <c>parquet:PATH</c>,
    /// files or folders. Its content is hashed, not its path. Default: none, the dataset is tokenized.
    /// </summary>
    [NotHashed]
    public IList<string> Sources { get; set; } = [];

    /// <summary>
    /// A folder with a tokenizer, which is then used instead of a newly trained one: another run's <c>4-tokens</c>, or a model's folder.
    /// Its content is hashed, not its path.
    /// </summary>
    [NotHashed]
    public string? Tokenizer { get; set; }

    /// <summary>
    /// Tokens of the vocabulary, with the special tokens and the 256 bytes: 300 to 65,536; default 32,000, as in PyCodeGPT.
    /// </summary>
    [Range(300, BpeVocabulary.MaxCount)]
    public int VocabularySize { get; set; } = 32_000;

    /// <summary>
    /// How text is split before merging: <c>gpt2</c> (default) or <c>code</c> (each digit separately, a run of white space in one piece).
    /// </summary>
    public PreTokenization PreTokenization { get; set; } = PreTokenization.Gpt2;

    /// <summary>The least number of times a pair must occur to be merged; at least 1, default 2.</summary>
    [Range(1L, long.MaxValue)]
    public long MinPairCount { get; set; } = 2;

    /// <summary>The context length that tokenizer_config.json states, in tokens; default 1024.</summary>
    [Range(2, 1_000_000)]
    public int ModelMaxLength { get; set; } = 1024;

    /// <summary>Share of the dataset's bytes held out for validation, whole repositories at a time: 0.0001 to 0.25; default 0.02.</summary>
    [Range(0.0001, 0.25)]
    public double ValidationShare { get; set; } = 0.02;

    /// <summary>Least bytes held out for validation, but never more than a quarter of the dataset; default 256 KiB.</summary>
    [Range(0L, long.MaxValue)]
    public long ValidationMinBytes { get; set; } = 256 << 10;

    /// <summary>Least number of repositories held out: 1 to 100,000; default 10.</summary>
    [Range(1, 100_000)]
    public int ValidationMinRepositories { get; set; } = 10;

    /// <summary>Seed for the choice of held-out repositories and of the form of each document; default 1.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>Share of training documents in fill-in-the-middle form (StarCoder: 0.5): 0 to 1; default 0.</summary>
    public double FimRate { get; set; }

    /// <summary>Share of the fill-in-the-middle documents in suffix-prefix-middle order: 0 to 1; default 0.5, as in StarCoder.</summary>
    public double SpmShare { get; set; } = 0.5;

    /// <summary>Share of training documents in CodeGen2's infill form: 0 to 1; with <see cref="FimRate"/> at most 1; default 0.</summary>
    public double InfillRate { get; set; }

    /// <summary>The form of training documents. Held-out documents are always in causal form.</summary>
    internal DocumentObjective Objective => new() { FimRate = FimRate, SpmShare = SpmShare, InfillRate = InfillRate, Seed = Seed };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Enum.IsDefined(PreTokenization))
        {
            string names = string.Join(", ", Enum.GetNames<PreTokenization>());
            yield return new ValidationResult($"PreTokenization {PreTokenization} is none of {names}.");
        }

        if (Objective.Problem() is { } problem)
        {
            yield return new ValidationResult(problem);
        }
    }
}
