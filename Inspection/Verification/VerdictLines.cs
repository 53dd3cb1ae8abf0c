using DataForge.Corpus;
using System.Globalization;

namespace DataForge.Inspection.Verification;

/// <summary>What <c>verify</c> says of a whole run: what was checked, what the run has no part of, and what else to know.</summary>
internal static class VerdictLines
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(string name, Checked what, string duration)
    {
        yield return $"{name} is whole: checked in {duration}";
        yield return Row("files", $"{Number(what.Files)}, {Figures.Bytes(what.Bytes)}: check-sums");
        yield return Row("entries", $"{Number(what.Entries)} of manifests: their books balance");
        foreach ((string title, long count, string row) in new[]
        {
            ("tables", what.Tables, $"{Number(what.Tables)}, {Number(what.Rows)} rows: every page parses"),
            ("contents", what.Contents, $"{Number(what.Contents)}: git ids"),
            ("duplicates", what.Twins, $"{Number(what.Twins)}: their kept twins are there"),
            ("documents", what.Documents, $"{Number(what.Documents)}: they are tokens"),
            ("checkpoints", what.Checkpoints, $"{Number(what.Checkpoints)}: check-sums of tensors"),
        })
        {
            if (count > 0)
            {
                yield return Row(title, row);
            }
        }

        if (what.Missing.Count > 0)
        {
            yield return Row("not there", $"{string.Join(", ", what.Missing)}: the run has no finished part of it");
        }

        foreach (string remark in what.Remarks)
        {
            yield return remark;
        }
    }

    private static string Row(string title, string text) => $"  {title,-11}  {text}";

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
