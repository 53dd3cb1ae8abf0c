using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Steps;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>
/// Contents whose occurrences are known to be under different licences, so that one copy with a friendlier label does not decide. <see
/// cref="LicensePolicy"/> applies it.
/// </summary>
internal sealed class LicenseConflictRule : ContentRule
{
    /// <inheritdoc/>
    public override string Name => RuleNames.LicenseConflict;

    /// <inheritdoc/>
    public override string Sentence => "Contents found under known licences that disagree.";

    /// <inheritdoc/>
    public override string Detail =>
        "Occurrences whose own licence does not pass count as well; a licence in the file's own header settles it.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [nameof(CleanOptions.LicenseConflict)];

    /// <inheritdoc/>
    public override AppliedRule? Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) =>
        options.LicenseConflict switch
    {
        LicenseConflict.Keep => null,
        LicenseConflict.Drop => new AppliedRule(Name, "at most", "one licence"),
        _ => new AppliedRule(Name, "at most", "one licence class"),
    };

    /// <summary>Why a content is dropped; null if it passes.</summary>
    /// <param name="option">What decides.</param>
    /// <param name="occurrences">All occurrences of the content.</param>
    /// <param name="hasHeader">Whether the file's own header names a licence.</param>
    public static Finding? Judge(LicenseConflict option, ReadOnlySpan<Survivor> occurrences, bool hasHeader)
    {
        if (option == LicenseConflict.Keep || hasHeader || occurrences.Length == 1)
        {
            return null;
        }

        var known = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Survivor occurrence in occurrences)
        {
            if (occurrence.LicenseClass < LicenseClass.Unknown)
            {
                known.Add(option == LicenseConflict.Drop ? occurrence.License : occurrence.LicenseClass.Name());
            }
        }

        return known.Count > 1 ? new Finding(RuleNames.LicenseConflict, Finding.Cut(string.Join(" / ", known)), "one licence") : null;
    }
}
