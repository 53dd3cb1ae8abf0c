namespace DataForge.Cleaner.Rules.All;

/// <summary>A very long line: data or generated code, which nobody wrote by hand. In every recipe.</summary>
internal sealed class LineMaxRule : NumberRule
{
    /// <summary>Longest line.</summary>
    public static readonly PresetNumber<int> MaxLine = new(
        nameof(MaxLine), "Longest line, in characters.", 1, int.MaxValue,
        (CleanPreset.PyCodeGpt, 1000), (CleanPreset.CodeParrot, 1000), (CleanPreset.Codex, 1000),
        (CleanPreset.StarCoder, 1000), (CleanPreset.SantaCoder, 1000));

    /// <inheritdoc/>
    public override string Name => "line_max";

    /// <inheritdoc/>
    public override string Sentence => "Files with a line of more characters than the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MaxLine;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtMost;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Statistics.MaxLine;
}
