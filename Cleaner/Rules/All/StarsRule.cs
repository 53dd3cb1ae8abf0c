using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>SantaCoder: repositories with few stars.</summary>
internal sealed class StarsRule : OccurrenceRule
{
    /// <summary>Fewest stars.</summary>
    public static readonly PresetNumber<int> MinStars = new(
        nameof(MinStars), "Fewest stars of a repository, if they are known.", 0, int.MaxValue, (CleanPreset.SantaCoder, 5));

    /// <inheritdoc/>
    public override string Name => "stars";

    /// <inheritdoc/>
    public override string Sentence => "Repositories with fewer stars than the threshold.";

    /// <inheritdoc/>
    public override string Detail => "A repository whose stars are unknown passes.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [MinStars];

    /// <inheritdoc/>
    public override AppliedRule? Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) =>
        settings.Number(MinStars) is { } least and > 0 ? new AppliedRule(Name, "at least", Finding.Number(least)) : null;

    /// <inheritdoc/>
    public override OccurrenceCheck? Build(OccurrenceContext context) => context.Settings.Number(MinStars) is { } least and > 0
        ? (row, _) => row.Repository.Stars is { } stars && stars < least ? Finding.Of(Name, stars, least) : null
        : null;
}
