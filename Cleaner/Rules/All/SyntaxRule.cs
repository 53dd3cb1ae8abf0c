using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;
using DataForge.Python;

namespace DataForge.Cleaner.Rules.All;

/// <summary>PyCodeGPT: texts must be Python 3. A text that is Python 2 is recorded as <see cref="Python2Rule"/> says.</summary>
internal sealed class SyntaxRule : TextRule
{
    /// <summary>Whether a text must be Python.</summary>
    public static readonly PresetSwitch MustParse = new(
        nameof(MustParse), "Whether a file must be Python 3 up to 3.14 (rules `syntax` and `python2`).", CleanPreset.PyCodeGpt);

    private const string Version = "Python 3.14";

    /// <inheritdoc/>
    public override string Name => "syntax";

    /// <inheritdoc/>
    public override string Sentence => "Files that are not Python 3.";

    /// <inheritdoc/>
    public override string Detail => "Python is known up to version 3.14. The value names the error and its line.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [MustParse];

    /// <inheritdoc/>
    public override TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks) =>
        settings.IsOn(MustParse) ? new Check(Name, settings.IsOn(Python2Rule.KeepPython2)) : null;

    private sealed class Check(string name, bool keepPython2) : TextCheck
    {
        public override AppliedRule Applied => new(name, "must be", keepPython2 ? $"{Version} or Python 2" : Version);

        public override string Measure(JudgedText text) =>
            Judge(text)?.Value ?? (text.Verdict.Outcome == ParseOutcome.Python2 ? "Python 2" : "it is");

        public override Finding? Judge(JudgedText text)
        {
            ParseVerdict verdict = text.Verdict;
            return verdict.Outcome switch
            {
                ParseOutcome.Invalid => new Finding(name, $"{verdict.Reason} at line {verdict.Line}", Version),
                ParseOutcome.Python2 when !keepPython2 => new Finding(
                    Python2Rule.RuleName, verdict.Line > 0 ? $"{verdict.Reason} at line {verdict.Line}" : "except X, e", Version),
                _ => null,
            };
        }
    }
}
