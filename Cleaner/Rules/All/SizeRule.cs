using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>PyCodeGPT: files "under 1 MB", which is source bytes below 1,048,576.</summary>
internal sealed class SizeRule : NumberRule
{
    /// <summary>The limit.</summary>
    public static readonly PresetNumber<long> MaxBytes = new(
        nameof(MaxBytes), "Limit of the source, in bytes: a file passes below it.", 1, 1 << 30, (CleanPreset.PyCodeGpt, 1 << 20));

    /// <inheritdoc/>
    public override string Name => RuleNames.Size;

    /// <inheritdoc/>
    public override string Sentence => "Files with more source bytes than the threshold.";

    /// <inheritdoc/>
    public override string Detail => "The threshold is one less than the option: \"under 1 MB\" is below 1,048,576.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MaxBytes;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtMost;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.SourceSize;

    /// <inheritdoc/>
    protected override double Passing(double option) => option - 1;
}
