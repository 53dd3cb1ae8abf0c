using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>
/// The Stack v2: files that are mostly encoded data. A file is dropped when one match is longer than 1,024 characters, or all matches
/// of one kind are more than half of it; both limits are The Stack v2's (arXiv 2402.19173).
/// </summary>
internal sealed class EncodedDataRule : TextRule
{
    /// <summary>Whether such files are dropped.</summary>
    public static readonly PresetSwitch DropEncodedData = new(
        nameof(DropEncodedData), "Whether files of encoded data (base64, hexadecimal, `\\u` escapes) are dropped.", CleanPreset.StarCoder,
        CleanPreset.SantaCoder);

    private const int MaxMatch = 1024;
    private const double MaxShare = 0.5;

    /// <inheritdoc/>
    public override string Name => "encoded_data";

    /// <inheritdoc/>
    public override string Sentence => "Files that are mostly base64, hexadecimal or \\u data, or have a long piece of it.";

    /// <inheritdoc/>
    public override string Detail => "One match is longer than 1,024 characters, or all matches of a kind are more than half of the text.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [DropEncodedData];

    /// <inheritdoc/>
    public override TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks) =>
        settings.IsOn(DropEncodedData) ? new Check(Name) : null;

    private sealed class Check(string name) : TextCheck
    {
        public override AppliedRule Applied => new(name, "at most", "1024 characters and 50 %");

        public override Finding? Judge(JudgedText text) =>
            Judge("base64", EncodedRuns.MeasureBase64(text.Text), text)
            ?? Judge("hexadecimal", EncodedRuns.MeasureHexadecimal(text.Text), text)
            ?? Judge("unicode escapes", EncodedRuns.MeasureEscapes(text.Text), text);

        private Finding? Judge(string kind, (int Longest, long Total) matches, JudgedText text) =>
            matches.Longest > MaxMatch ? new Finding(name, $"{kind}, {matches.Longest} characters", "1024 characters")
            : matches.Total > MaxShare * text.Statistics.Characters
                ? new Finding(name, $"{kind}, {matches.Total} of {text.Statistics.Characters} characters", "50 %")
            : null;
    }
}
