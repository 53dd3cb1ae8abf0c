namespace DataForge.Cleaner.Rules.All;

/// <summary>StarCoder: files of very many lines.</summary>
internal sealed class LinesMaxRule : NumberRule
{
    /// <summary>Most lines.</summary>
    public static readonly PresetNumber<int> MaxLines = new(
        nameof(MaxLines), "Most lines.", 1, int.MaxValue,
        (CleanPreset.StarCoder, 100_000), (CleanPreset.SantaCoder, 100_000));

    /// <inheritdoc/>
    public override string Name => "lines_max";

    /// <inheritdoc/>
    public override string Sentence => "Files with more lines than the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MaxLines;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtMost;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Statistics.Lines;
}
