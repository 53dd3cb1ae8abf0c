namespace DataForge.Cleaner.Rules.All;

/// <summary>PyCodeGPT: files of few lines.</summary>
internal sealed class LinesMinRule : NumberRule
{
    /// <summary>Fewest lines.</summary>
    public static readonly PresetNumber<int> MinLines = new(
        nameof(MinLines), "Fewest lines.", 0, int.MaxValue, (CleanPreset.PyCodeGpt, 5));

    /// <inheritdoc/>
    public override string Name => "lines_min";

    /// <inheritdoc/>
    public override string Sentence => "Files with fewer lines than the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MinLines;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtLeast;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Statistics.Lines;
}
