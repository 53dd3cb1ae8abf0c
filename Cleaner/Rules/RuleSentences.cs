namespace DataForge.Cleaner.Rules;

/// <summary>What the cleaner's rules say of themselves.</summary>
public static class RuleSentences
{
    private static readonly Dictionary<string, string> ByName =
        RuleList.All.ToDictionary(rule => rule.Name, rule => rule.Sentence, StringComparer.Ordinal);

    /// <summary>What a rule drops, in one sentence; null for a name that is no rule of the cleaner.</summary>
    public static string? Of(string rule) => ByName.GetValueOrDefault(rule);
}
