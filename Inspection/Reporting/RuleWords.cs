using DataForge.Cleaner.Rules;
using DataForge.Corpus;

namespace DataForge.Inspection.Reporting;

/// <summary>What each rule drops, in one sentence, as the rules declare it.</summary>
internal static class RuleWords
{
    private static readonly Dictionary<string, string> OtherStages =
        RuleNames.Sentences.ToDictionary(rule => rule.Rule, rule => rule.Sentence, StringComparer.Ordinal);

    /// <summary>The sentence; empty for a rule without one.</summary>
    public static string Of(string rule) => RuleSentences.Of(rule) ?? OtherStages.GetValueOrDefault(rule, "");
}
