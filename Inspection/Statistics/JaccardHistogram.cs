using System.Globalization;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Dataset;
using DataForge.Parquet;

namespace DataForge.Inspection.Statistics;

/// <summary>The near duplicates that were dropped, by their Jaccard similarity with the twin that was kept.</summary>
internal static class JaccardHistogram
{
    private static readonly byte[] NearDuplicate = Encoding.UTF8.GetBytes(RuleNames.NearDuplicate);

    /// <summary>Files by similarity, in hundredths: <c>0.85</c> is from 0.85 to below 0.86. Ascending.</summary>
    /// <exception cref="DataForgeException">A shard is damaged.</exception>
    public static IReadOnlyList<NamedFigure> Of(Run run)
    {
        long[] files = new long[101];
        foreach (ManifestOutput shard in run.Manifest.Entries(StageNames.Dedup).SelectMany(entry => entry.Outputs)
            .Where(output => output.Path.StartsWith(RunPaths.DroppedByDedup + "/", StringComparison.Ordinal)))
        {
            using var reader = new TableReader(run.PathOf(shard.Path), Table.Dropped);
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using ParquetRowGroup rows = reader.ReadRowGroup(group, Column.Rule, Column.Jaccard);
                Count(rows, files);
            }
        }

        return
        [
            .. files.Index().Where(bin => bin.Item > 0)
                .Select(bin => new NamedFigure((bin.Index / 100.0).ToString("F2", CultureInfo.InvariantCulture), bin.Item)),
        ];
    }

    private static void Count(ParquetRowGroup rows, long[] files)
    {
        BinaryColumn rules = rows.Get(Column.Rule);
        DoubleColumn similarities = rows.Get(Column.Jaccard);
        for (int row = 0; row < rows.RowCount; row++)
        {
            if (similarities.ValueAt(row) is { } similarity && rules[row].SequenceEqual(NearDuplicate))
            {
                // The tolerance keeps 0.85 in its own hundredth, whatever the rounding of the product.
                files[(int)Math.Clamp(Math.Floor((similarity * 100) + 1e-9), 0, 100)]++;
            }
        }
    }
}
