using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>CodeParrot: a file with none of "def ", "class ", "for ", "while " is dropped with a probability.</summary>
internal sealed class NoKeywordsRule : TextRule
{
    /// <summary>The probability.</summary>
    public static readonly PresetNumber<double> NoKeywordsDrop = new(
        nameof(NoKeywordsDrop), "Probability with which a file without def, class, for and while is dropped.", 0, 1,
        (CleanPreset.CodeParrot, 0.7));

    // Any number that no other random rule has.
    private const ulong Salt = 2;

    /// <inheritdoc/>
    public override string Name => "no_keywords";

    /// <inheritdoc/>
    public override string Sentence => "Some of the files without def, class, for and while, drawn with the probability given.";

    /// <inheritdoc/>
    public override string Detail => "None of `def `, `class `, `for `, `while ` is in the file, in any case.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [NoKeywordsDrop];

    /// <inheritdoc/>
    public override TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks) =>
        settings.Number(NoKeywordsDrop) is { } probability ? new Check(Name, probability) : null;

    private sealed class Check(string name, double probability) : TextCheck
    {
        public override AppliedRule Applied => new(name, "dropped with probability", Finding.Number(probability));

        public override Finding? Judge(JudgedText text) =>
            text.Chance(Salt) < probability
            && CopyrightLine.IndexOfIgnoreCase(text.Text, "def "u8) < 0
            && CopyrightLine.IndexOfIgnoreCase(text.Text, "class "u8) < 0
            && CopyrightLine.IndexOfIgnoreCase(text.Text, "for "u8) < 0
            && CopyrightLine.IndexOfIgnoreCase(text.Text, "while "u8) < 0
                ? new Finding(name, "none", Finding.Number(probability))
                : null;
    }
}
