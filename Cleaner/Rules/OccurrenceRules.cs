using System.Globalization;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// The occurrence rules that apply, in order of rank, after what the crawl could not store. The rule about licences is applied later,
/// where the file's own header is known.
/// </summary>
/// <param name="context">What the rules are built from.</param>
internal sealed class OccurrenceRules(OccurrenceContext context)
{
    private readonly OccurrenceCheck[] _checks =
        [.. RuleList.All.OfType<OccurrenceRule>().Select(rule => rule.Build(context)).OfType<OccurrenceCheck>()];

    /// <summary>Why the occurrence is dropped; null if it passes.</summary>
    /// <param name="row">The occurrence.</param>
    /// <param name="vendoredFolder">The vendored folder that its path goes through; null if it goes through none.</param>
    public Finding? Judge(Occurrence row, string? vendoredFolder)
    {
        if (row.Fault is { } fault)
        {
            return new Finding(fault, row.Size >= 0 ? row.Size.ToString(CultureInfo.InvariantCulture) : "", "");
        }

        foreach (OccurrenceCheck check in _checks)
        {
            if (check(row, vendoredFolder) is { } finding)
            {
                return finding;
            }
        }

        return null;
    }
}
