using DataForge.Corpus.Runs;

namespace DataForge.Evaluation.Scoring;

/// <summary>
/// The names of the files that an evaluation writes. What a model writes can repeat what it was trained on, so an opt-out removes all of
/// them.
/// </summary>
public static class EvaluationFiles
{
    /// <summary>The result.</summary>
    public const string Report = "evaluation.json";

    /// <summary>The results as they come.</summary>
    public const string Log = "results.jsonl";

    /// <summary>The codes of APPS's tests.</summary>
    public const string Codes = "all_results.json";

    /// <summary>The samples that a model wrote.</summary>
    public const string Samples = "samples.jsonl";

    /// <summary>How the model wrote them.</summary>
    public const string Settings = "generation.json";

    /// <summary>The model's card with the scores.</summary>
    public const string Card = "model-card.md";

    /// <summary>The result as a page.</summary>
    public const string Page = "evaluation.html";

    /// <summary>How much of the samples stands in the training set.</summary>
    public const string Memorisation = "memorisation.json";

    private static readonly string[] Names = [Report, Log, Codes, Samples, Settings, Card, Page, Memorisation];

    /// <summary>Each name once, with those of files that were being written when the program was killed.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Names, .. Names.Select(AtomicFile.TemporaryName)];
}
