using DataForge.Corpus.Runs;

namespace DataForge.Corpus;

/// <summary>A rule that was applied to the files of a run, whether or not it dropped any.</summary>
/// <param name="Rule">The rule's name, as in <c>dropped/</c>.</param>
/// <param name="Bound">
/// How a file's value must compare with the threshold to pass: <c>at least</c>, <c>at most</c>, …; empty for a rule without a threshold.
/// </param>
/// <param name="Threshold">The threshold, as in <c>dropped/</c>; may be empty.</param>
public sealed record AppliedRule(string Rule, string Bound, string Threshold);

/// <summary>
/// <c>2-clean/rules.json</c>: the cleaner's rules with their thresholds, in order of rank. A file that fails several is recorded under the
/// first.
/// </summary>
public sealed record AppliedRules
{
    /// <summary>The file, relative to the run's folder.</summary>
    public const string FileName = RunPaths.Rules;

    /// <summary>The rules, in order of rank.</summary>
    public required IReadOnlyList<AppliedRule> Rules { get; init; }

    /// <summary>Reads the rules of a run; none if it has not been cleaned.</summary>
    public static IReadOnlyList<AppliedRule> Of(Run run) =>
        File.Exists(run.PathOf(FileName)) ? CanonicalJson.Read<AppliedRules>(run.PathOf(FileName)).Rules : [];
}
