using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>Texts that are Python 2.7 and not Python 3. <see cref="SyntaxRule"/> finds them, as both follow from one parse.</summary>
internal sealed class Python2Rule : ContentRule
{
    /// <summary>The name.</summary>
    public const string RuleName = "python2";

    /// <summary>Whether such texts pass.</summary>
    public static readonly PresetSwitch KeepPython2 = new(
        nameof(KeepPython2), "Whether Python 2 passes, if files must parse.") { IsAlwaysWritten = true };

    /// <inheritdoc/>
    public override string Name => RuleName;

    /// <inheritdoc/>
    public override RuleSubject Subject => RuleSubject.Text;

    /// <inheritdoc/>
    public override string Sentence => "Files that are Python 2.7 and not Python 3.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [KeepPython2];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [SyntaxRule.MustParse.Name, KeepPython2.Name];

    /// <inheritdoc/>
    public override AppliedRule? Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) => null;
}
