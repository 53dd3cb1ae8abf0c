namespace DataForge.Cleaner.Rules.All;

/// <summary>CodeGen: files that are mostly hexadecimal digits. It shares its option with <see cref="DigitsRule"/>.</summary>
internal sealed class HexDigitsRule : NumberRule
{
    /// <inheritdoc/>
    public override string Name => "hex_digits";

    /// <inheritdoc/>
    public override string Sentence => "Files whose share of hexadecimal digits among all characters is above the threshold.";

    /// <inheritdoc/>
    public override string Detail => "These are 0–9, a–f and A–F.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => DigitsRule.MaxDigits;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtMost;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Statistics.HexDigitShare;
}
