using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>
/// Texts that redaction broke: they parsed before and do not parse any more. Placeholders stand in strings and comments only, so no
/// such file is known; the rule makes sure that none would ship. Redaction finds it (<see cref="Steps.ContentJudge"/>).
/// </summary>
internal sealed class RedactionRule : ContentRule
{
    /// <summary>A text that does not parse any more.</summary>
    public static readonly Finding Broken = new(RuleNames.Redaction, "the redacted text does not parse", "");

    /// <inheritdoc/>
    public override string Name => RuleNames.Redaction;

    /// <inheritdoc/>
    public override RuleSubject Subject => RuleSubject.Text;

    /// <inheritdoc/>
    public override string Sentence => "Files that parsed before they were redacted and do not parse after it.";

    /// <inheritdoc/>
    public override string Detail => "No such file is known.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [nameof(CleanOptions.Redact)];

    /// <inheritdoc/>
    public override AppliedRule? Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) => null;
}
