using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>Repositories and owners who asked to be left out.</summary>
internal sealed class OptOutRule : OccurrenceRule
{
    /// <inheritdoc/>
    public override string Name => RuleNames.OptOut;

    /// <inheritdoc/>
    public override string Sentence => "Files of repositories and owners who asked to be left out.";

    /// <inheritdoc/>
    public override string Detail => "They are in the opt-out list, or `dataforge optout` removed them from the workspace.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [nameof(CleanOptions.OptOutFile)];

    /// <inheritdoc/>
    public override AppliedRule Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) => new(Name, "", "");

    /// <inheritdoc/>
    public override OccurrenceCheck Build(OccurrenceContext context) => (row, _) =>
        (context.OptOuts.Find(row.Repository.Name, row.Path) ?? context.Removed.Find(row.Repository.Id, row.Repository.Name)) is { } entry
            ? new Finding(Name, entry, "")
            : null;
}
