using System.Globalization;
using System.Text;
using DataForge.Cleaner.Rules;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Inspection.Explanation;

/// <summary>What the cleaner's rules measured of a content: judged again from its source, by the rules the run states.</summary>
internal static class Measures
{
    private const int MostLines = 20;

    /// <summary>Tells each rule with its measure and threshold, and what was redacted.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="run">The run.</param>
    /// <param name="id">The content.</param>
    /// <param name="part">The raw part that stores it.</param>
    /// <param name="failed">The rule that it failed; null where it passed.</param>
    public static void Tell(StringBuilder text, Run run, BlobId id, int part, string? failed)
    {
        if (RuleReport.Of(run) is not { } report)
        {
            text.Append("  what the rules measured is not known: the run was cleaned by an earlier version\n");
            return;
        }

        IReadOnlyList<RuleMeasure> measures = [];
        IReadOnlyList<Redaction> redactions = [];
        bool isThere = WithSource(run, id, part, source => measures = report.Measure(id, source, out redactions));
        if (!isThere)
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

            // The rule about syntax records Python 2 under a name of its own.
            bool isFailed = rule.Rule == failed || (rule.Rule == "syntax" && failed == "python2");
            Line(text, $"    {rule.Rule} {measure.Value}{threshold}{(isFailed ? ": the rule it left by" : "")}");
        }

        if (failed is not null)
        {
            return;
        }

        foreach (IGrouping<string, Redaction> kind in redactions.GroupBy(redaction => redaction.Kind))
        {
            string lines = string.Join(", ", kind.Take(MostLines).Select(redaction => redaction.Line.ToString(CultureInfo.InvariantCulture)));
            string more = kind.Count() > MostLines ? $" and {kind.Count() - MostLines} more" : "";
            Line(text, $"  redacted: {kind.Count()} {kind.Key} on line {lines}{more}");
        }

        if (redactions.Count == 0)
        {
            text.Append("  redacted: nothing\n");
        }
    }

    private static bool WithSource(Run run, BlobId id, int part, ReadOnlySpanAction use)
    {
        string path = run.Workspace.RawBlobsPart(part);
        if (part < 0 || !File.Exists(path))
        {
            return false;
        }

        using var shard = new RawBlobsShard.Reader(path);
        for (int group = 0; group < shard.RowGroupCount; group++)
        {
            if (shard.Find(group, id) is >= 0 and int row)
            {
                using RawBlobsShard.Rows rows = shard.ReadRowGroup(group);
                use(rows.Content(row));
                return true;
            }
        }

        return false;
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private delegate void ReadOnlySpanAction(ReadOnlySpan<byte> source);
}
