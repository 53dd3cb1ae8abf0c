using System.Globalization;
using DataForge.Corpus;

namespace DataForge.Inspection.Verification;

/// <summary>What <c>verify</c> prints of a run without a fault.</summary>
internal static class VerificationSummary
{
    /// <summary>The lines to print.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="result">What was checked.</param>
    /// <param name="duration">How long it took, as text.</param>
    public static IEnumerable<string> Lines(string run, VerificationResult result, string duration)
    {
        yield return $"{run} is whole: checked in {duration}";
        yield return Row("files", $"{Number(result.Files)}, {Figures.Bytes(result.Bytes)}: check-sums");
        yield return Row("entries", $"{Number(result.Entries)} of manifests: their counts balance");
        foreach ((string title, long count, string row) in new[]
        {
            ("tables", result.Tables, $"{Number(result.Tables)}, {Number(result.Rows)} rows: every page parses"),
            ("shards", result.PublishedShards, $"{Number(result.PublishedShards)} of the dataset: Parquet.Net reads the same values"),
            ("contents", result.Contents, $"{Number(result.Contents)}: git ids"),
            ("duplicates", result.Duplicates, $"{Number(result.Duplicates)}: their kept twins are there"),
            ("documents", result.Documents, $"{Number(result.Documents)}: they are tokens"),
            ("checkpoints", result.Checkpoints, $"{Number(result.Checkpoints)}: check-sums of tensors"),
        })
        {
            if (count > 0)
            {
                yield return Row(title, row);
            }
        }

        if (result.MissingStages.Count > 0)
        {
            yield return Row("not there", $"{string.Join(", ", result.MissingStages)}: the run has no finished part of it");
        }

        foreach (string remark in result.Remarks)
        {
            yield return remark;
        }
    }

    private static string Row(string title, string text) => $"  {title,-11}  {text}";

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
