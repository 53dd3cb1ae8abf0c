namespace DataForge.Cleaner.Rules.All;

/// <summary>CodeGen: files that are mostly numerals. In no preset; the paper (arXiv 2203.13474) has 0.9.</summary>
internal sealed class DigitsRule : NumberRule
{
    /// <summary>Greatest share of numerals.</summary>
    public static readonly PresetNumber<double> MaxDigits = new(
        nameof(MaxDigits), "Greatest share of numerals, and of hexadecimal digits, among all characters. CodeGen: 0.9.", 0, 1);

    /// <inheritdoc/>
    public override string Name => "digits";

    /// <inheritdoc/>
    public override string Sentence => "Files whose share of numerals among all characters is above the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MaxDigits;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtMost;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Statistics.DigitShare;
}
