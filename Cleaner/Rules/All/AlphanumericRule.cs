namespace DataForge.Cleaner.Rules.All;

/// <summary>CodeParrot and Codex: files with few letters and numerals.</summary>
internal sealed class AlphanumericRule : NumberRule
{
    /// <summary>Least share of letters and numerals.</summary>
    public static readonly PresetNumber<double> MinAlphanumeric = new(
        nameof(MinAlphanumeric), "Least share of letters and numerals among all characters.", 0, 1,
        (CleanPreset.CodeParrot, 0.25), (CleanPreset.Codex, 0.25));

    /// <inheritdoc/>
    public override string Name => "alphanumeric";

    /// <inheritdoc/>
    public override string Sentence => "Files whose share of letters and numerals among all characters is below the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MinAlphanumeric;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtLeast;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Statistics.AlphanumericShare;
}
