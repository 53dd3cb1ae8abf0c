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
        Description = "A model's folder as Hugging Face lays it out: it writes the samples first, and goes on where it was stopped.",
        HelpName = "DIR",
    };

    /// <summary><c>--samples-per-problem</c>.</summary>
    public static Option<int> Samples { get; } = new("--samples-per-problem")
    {
        Description = "Samples that the model writes of each problem; pass@k needs at least k.", DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    /// <summary><c>--temperature</c>.</summary>
    public static Option<double?> Temperature { get; } = new("--temperature")
    {
        Description = "0 takes the most likely token each time; higher values vary more. Default: 0 for one sample, else 0.8.",
        HelpName = "T",
    };

    /// <summary><c>--top-p</c>.</summary>
    public static Option<double> TopP { get; } = new("--top-p")
    {
        Description = "Samples from the most likely tokens that hold this share of the probability.",
        DefaultValueFactory = _ => 0.95, HelpName = "P",
    };

    /// <summary><c>--top-k</c>.</summary>
    public static Option<int> TopK { get; } = new("--top-k")
    {
        Description = "Samples from this many of the most likely tokens; 0 for all.", DefaultValueFactory = _ => 0, HelpName = "N",
    };

    /// <summary><c>--repetition-penalty</c>.</summary>
    public static Option<double> RepetitionPenalty { get; } = new("--repetition-penalty")
    {
        Description = "Above 1 makes tokens that were there already less likely.", DefaultValueFactory = _ => 1, HelpName = "X",
    };

    /// <summary><c>--max-new-tokens</c>.</summary>
    public static Option<int> Tokens { get; } = new("--max-new-tokens")
    {
        Description = "The most tokens of a sample.", DefaultValueFactory = _ => 256, HelpName = "N",
    };

    /// <summary><c>--seed</c>.</summary>
    public static Option<ulong> Seed { get; } = new("--seed")
    {
        Description = "The same seed samples the same tokens.", DefaultValueFactory = _ => 1, HelpName = "N",
    };

    /// <summary><c>--batch</c>.</summary>
    public static Option<int> Batch { get; } = new("--batch")
    {
        Description = "Samples generated at a time.", DefaultValueFactory = _ => 32, HelpName = "N",
    };

    /// <summary><c>--infill</c>.</summary>
    public static Option<InfillingForm?> Infill { get; } = new("--infill")
    {
        Description = "The marks around a gap by which the model was taught to fill it: fim or codegen2. Default: fim.", HelpName = "FORM",
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
