using DataForge.Corpus.Runs;

namespace DataForge.Corpus;

/// <summary>A rule that a run's files were held against, whether or not one of them failed it.</summary>
/// <param name="Rule">Its name, as in <c>dropped/</c>.</param>
/// <param name="Bound">How the measure stands to the threshold where a file passes: <c>at least</c>, <c>at most</c>, …; empty for a rule without a threshold.</param>
/// <param name="Threshold">The threshold, as in <c>dropped/</c>; may be empty.</param>
public sealed record AppliedRule(string Rule, string Bound, string Threshold);

/// <summary><c>2-clean/rules.json</c>: the cleaner's rules as they applied, in order of rank: of several that a file fails, the first is recorded.</summary>
public sealed record AppliedRules
{
    /// <summary>Its path in a run.</summary>
    public const string FileName = RunPaths.Rules;

    /// <summary>The rules.</summary>
    public required IReadOnlyList<AppliedRule> Rules { get; init; }

    /// <summary>The rules of a run; none where it has not been cleaned.</summary>
    public static IReadOnlyList<AppliedRule> Of(Run run) =>
        File.Exists(run.PathOf(FileName)) ? CanonicalJson.Read<AppliedRules>(run.PathOf(FileName)).Rules : [];
}
