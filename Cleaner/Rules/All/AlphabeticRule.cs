namespace DataForge.Cleaner.Rules.All;

/// <summary>StarCoder: files with few letters.</summary>
internal sealed class AlphabeticRule : NumberRule
{
    /// <summary>Least share of letters.</summary>
    public static readonly PresetNumber<double> MinAlphabetic = new(
        nameof(MinAlphabetic), "Least share of letters among all characters.", 0, 1,
        (CleanPreset.StarCoder, 0.25), (CleanPreset.SantaCoder, 0.25));

    /// <inheritdoc/>
    public override string Name => "alphabetic";

    /// <inheritdoc/>
    public override string Sentence => "Files whose share of letters among all characters is below the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MinAlphabetic;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtLeast;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Statistics.AlphabeticShare;
}
