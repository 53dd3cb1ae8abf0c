namespace DataForge.Cleaner.Rules.All;

/// <summary>Lines that are long on average: data or generated code, which nobody wrote by hand. In every recipe.</summary>
internal sealed class LineMeanRule : NumberRule
{
    /// <summary>Greatest mean length of a line.</summary>
    public static readonly PresetNumber<double> MaxMeanLine = new(
        nameof(MaxMeanLine), "Greatest mean length of a line, in characters.", double.Epsilon, double.MaxValue,
        (CleanPreset.PyCodeGpt, 100), (CleanPreset.CodeParrot, 100), (CleanPreset.Codex, 100),
        (CleanPreset.StarCoder, 100), (CleanPreset.SantaCoder, 100));

    /// <inheritdoc/>
    public override string Name => "line_mean";

    /// <inheritdoc/>
    public override string Sentence => "Files whose lines have more characters on average than the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MaxMeanLine;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtMost;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Statistics.MeanLine;
}
