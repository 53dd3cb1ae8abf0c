using System.CommandLine;
using DataForge.Corpus;
using DataForge.Evaluation.Scoring;
using DataForge.Pretrain.Generation;

namespace DataForge.Orchestrator.Commands;

/// <summary>The command-line options by which a model writes samples of a benchmark set.</summary>
internal static class SampleOptions
{
    private const int MostSamples = 1000, MostBatch = 1024;

    /// <summary><c>--model</c>.</summary>
    public static Option<string?> Model { get; } = new("--model")
    {
        Description = "A model folder in Hugging Face's layout. The model writes the samples first; an interrupted evaluation continues.",
        HelpName = "DIR",
    };

    /// <summary><c>--samples-per-problem</c>.</summary>
    public static Option<int> Samples { get; } = new("--samples-per-problem")
    {
        Description = "Samples that the model writes for each problem; pass@k needs at least k.", DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    /// <summary><c>--temperature</c>.</summary>
    public static Option<double?> Temperature { get; } = new("--temperature")
    {
        Description = "0 always takes the most likely token; higher values vary more. Default: 0 for one sample, else 0.8.",
        HelpName = "T",
    };

    /// <summary><c>--top-p</c>.</summary>
    public static Option<double> TopP { get; } = new("--top-p")
    {
        Description = "Samples only from the most likely tokens whose probabilities add up to this share.",
        DefaultValueFactory = _ => 0.95, HelpName = "P",
    };

    /// <summary><c>--top-k</c>.</summary>
    public static Option<int> TopK { get; } = new("--top-k")
    {
        Description = "Samples only from this many of the most likely tokens; 0: from all.", DefaultValueFactory = _ => 0, HelpName = "N",
    };

    /// <summary><c>--repetition-penalty</c>.</summary>
    public static Option<double> RepetitionPenalty { get; } = new("--repetition-penalty")
    {
        Description = "A value above 1 makes tokens that are already in the text less likely.",
        DefaultValueFactory = _ => 1, HelpName = "X",
    };

    /// <summary><c>--max-new-tokens</c>.</summary>
    public static Option<int> Tokens { get; } = new("--max-new-tokens")
    {
        Description = "Most tokens of a sample; for mtpb of a turn, if the problem's own limit is not lower.",
        DefaultValueFactory = _ => 256, HelpName = "N",
    };

    /// <summary><c>--seed</c>.</summary>
    public static Option<ulong> Seed { get; } = new("--seed")
    {
        Description = "The same seed samples the same tokens.", DefaultValueFactory = _ => 1, HelpName = "N",
    };

    /// <summary><c>--batch</c>.</summary>
    public static Option<int> Batch { get; } = new("--batch")
    {
        Description = "How many samples are generated at the same time.", DefaultValueFactory = _ => 32, HelpName = "N",
    };

    /// <summary><c>--infill</c>.</summary>
    public static Option<InfillingForm?> Infill { get; } = new("--infill")
    {
        Description = "The marks around a gap that the model was trained with: fim or codegen2. Default: fim.", HelpName = "FORM",
    };

    /// <summary>The settings as given, the hashes of files left empty.</summary>
    /// <exception cref="DataForgeException">A value is outside its range.</exception>
    public static GenerationSettings Settings(ParseResult parsed, string set)
    {
        int samples = parsed.GetValue(Samples), batch = parsed.GetValue(Batch);
        double temperature = parsed.GetValue(Temperature) ?? (samples == 1 ? 0 : 0.8);
        GenerationOptions options = new()
        {
            MaxNewTokens = parsed.GetValue(Tokens), Temperature = temperature, TopP = parsed.GetValue(TopP), TopK = parsed.GetValue(TopK),
            RepetitionPenalty = parsed.GetValue(RepetitionPenalty),
        };
        List<string> faults = [.. options.Faults()];
        if (samples is < 1 or > MostSamples || batch is < 1 or > MostBatch)
        {
            faults.Add($"--samples-per-problem takes a number from 1 to {MostSamples}, --batch one from 1 to {MostBatch}");
        }

        return faults.Count > 0
            ? throw DataForgeException.Usage(string.Join("; ", faults) + ".")
            : new GenerationSettings(
                set, "", "", "", samples, temperature, options.TopP, options.TopK, options.RepetitionPenalty, options.MaxNewTokens,
                parsed.GetValue(Seed), batch, (parsed.GetValue(Infill) ?? InfillingForm.Fim).ToString());
    }
}
