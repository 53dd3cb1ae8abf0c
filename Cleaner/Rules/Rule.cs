using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary>What a rule judges. The subjects are also the order in which rules are evaluated.</summary>
internal enum RuleSubject
{
    /// <summary>A path in a repository.</summary>
    Occurrence,

    /// <summary>A content with all its occurrences, before its text is judged.</summary>
    Content,

    /// <summary>The text that would ship.</summary>
    Text,
}

/// <summary>
/// A rule of the cleaner: one stateless object, in one file of <c>Rules/All</c>, that holds the rule's name, options, sentence and
/// evaluation. Options, presets, the report's sentences and the tables of <c>docs/rules.md</c> are made from these objects. <see
/// cref="RuleList"/> has them in order of rank.
/// </summary>
internal abstract class Rule
{
    /// <summary>The name, as in <c>dropped/</c>, in counts and in reports.</summary>
    public abstract string Name { get; }

    /// <summary>What the rule drops, in one sentence; reports show it above the threshold.</summary>
    public abstract string Sentence { get; }

    /// <summary>
    /// What else a reader of <c>docs/rules.md</c> needs to know, in sentences; empty where <see cref="Sentence"/> says all.
    /// </summary>
    public virtual string Detail => "";

    /// <summary>What the rule judges.</summary>
    public abstract RuleSubject Subject { get; }

    /// <summary>
    /// The settings that the rule declares or shares with another rule; none if an option of the stage decides (<see
    /// cref="OptionNames"/>).
    /// </summary>
    public virtual IReadOnlyList<PresetValue> Settings => [];

    /// <summary>The names of the options that change the rule, in section <c>Clean</c>.</summary>
    public virtual IReadOnlyList<string> OptionNames => [.. Settings.OfType<PresetOption>().Select(option => option.Name)];

    /// <summary>The rule as <c>rules.json</c> states it; null if it is off, or where another rule's entry stands for it.</summary>
    /// <param name="options">The options of the stage.</param>
    /// <param name="settings">The settings that these options give.</param>
    /// <param name="benchmarks">The problems that no file may hold; null if none are given.</param>
    public abstract AppliedRule? Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks);
}
