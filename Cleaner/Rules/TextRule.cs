using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary>A rule about the text that would ship.</summary>
internal abstract class TextRule : Rule
{
    /// <inheritdoc/>
    public sealed override RuleSubject Subject => RuleSubject.Text;

    /// <summary>The evaluation under these settings; null if the rule is off.</summary>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="benchmarks">The problems that no file may hold; null if none are given.</param>
    public abstract TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks);

    /// <inheritdoc/>
    public sealed override AppliedRule? Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) =>
        Build(settings, benchmarks)?.Applied;
}

/// <summary>A text rule with its thresholds, ready to judge. Serves one thread. Judging allocates nothing; only a finding does.</summary>
internal abstract class TextCheck
{
    /// <summary>The rule as it applies.</summary>
    public abstract AppliedRule Applied { get; }

    /// <summary>Why the text is dropped; null if it passes.</summary>
    public abstract Finding? Judge(JudgedText text);

    /// <summary>What the rule measures of a text, whether or not the text passes; for explanations.</summary>
    public virtual string Measure(JudgedText text) => Judge(text)?.Value ?? "none";
}
