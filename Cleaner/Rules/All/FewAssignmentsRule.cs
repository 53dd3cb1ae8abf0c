namespace DataForge.Cleaner.Rules.All;

/// <summary>CodeParrot: files with few equals signs ("at most 4" are dropped).</summary>
internal sealed class FewAssignmentsRule : NumberRule
{
    /// <summary>Fewest equals signs.</summary>
    public static readonly PresetNumber<int> MinAssignments = new(
        nameof(MinAssignments), "Fewest `=` in a file.", 0, int.MaxValue, (CleanPreset.CodeParrot, 5));

    /// <inheritdoc/>
    public override string Name => "few_assignments";

    /// <inheritdoc/>
    public override string Sentence => "Files with fewer equals signs than the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MinAssignments;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtLeast;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) => text.Text.Count((byte)'=');
}
