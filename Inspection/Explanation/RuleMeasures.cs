using System.Globalization;
using System.Text;
using DataForge.Cleaner.Rules;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Explanation;

/// <summary>
/// What the cleaner's rules measured of a content. The measures are not stored anywhere: they are computed again from the source bytes,
/// with the rules
/// and thresholds that the run recorded.
/// </summary>
internal static class RuleMeasures
{
    private const int MaxRedactedLines = 20;

    /// <summary>Appends a line for each rule with its measure and threshold, and lines for what was redacted.</summary>
    /// <param name="text">The explanation to append to.</param>
    /// <param name="run">The run.</param>
    /// <param name="id">The content.</param>
    /// <param name="part">The raw part that stores the content.</param>
    /// <param name="failed">The rule that dropped it; null if it passed.</param>
    public static void Append(StringBuilder text, Run run, BlobId id, int part, string? failed)
    {
        if (RuleReport.Of(run) is not { } report)
        {
            text.Append("  what the rules measured is not known: the run was cleaned by an earlier version\n");
            return;
        }

        IReadOnlyList<RuleMeasure> measures = [];
        IReadOnlyList<Redaction> redactions = [];
        bool isStored = StoredSource.Use(run, id, part, source => measures = report.Measure(id, source, out redactions));
        if (!isStored)
        {
            text.Append("  what the rules measured is not known: the source is no longer in the workspace\n");
            return;
        }

        if (measures.Count > 0)
        {
            text.Append(failed is null ? "  passed the cleaner's rules about text\n" : "  measured by the cleaner's rules about text\n");
        }

        foreach (RuleMeasure measure in measures)
        {
            AppliedRule rule = measure.Applied;
            string threshold = rule.Threshold.Length > 0 ? $" ({rule.Bound} {rule.Threshold})" : "";

            // The syntax rule records Python 2 under a name of its own.
            bool isFailed = rule.Rule == failed || (rule.Rule == "syntax" && failed == "python2");
            AppendLine(text, $"    {rule.Rule} {measure.Value}{threshold}{(isFailed ? ": the rule that dropped it" : "")}");
        }

        if (failed is null)
        {
            AppendRedactions(text, redactions);
        }
    }

    private static void AppendRedactions(StringBuilder text, IReadOnlyList<Redaction> redactions)
    {
        foreach (IGrouping<string, Redaction> kind in redactions.GroupBy(redaction => redaction.Kind))
        {
            string lines = string.Join(", ", kind.Take(MaxRedactedLines).Select(redaction => redaction.Line));
            string more = kind.Count() > MaxRedactedLines ? $" and {kind.Count() - MaxRedactedLines} more" : "";
            AppendLine(text, $"  redacted: {kind.Count()} {kind.Key} on line {lines}{more}");
        }

        if (redactions.Count == 0)
        {
            text.Append("  redacted: nothing\n");
        }
    }

    private static void AppendLine(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
