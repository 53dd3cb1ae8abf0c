using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>
/// <c>parquet:FILE-or-DIR</c>: Parquet tables. A single row of a row group cannot be read by itself, so the first pass copies what is
/// needed of each row into a scratch file, which is as large as the contents.
/// </summary>
internal sealed class ParquetSource(RowFiles files) : RowFileSource(KindName, files)
{
    /// <summary>The kind of this source.</summary>
    public const string KindName = "parquet";

    /// <inheritdoc/>
    protected override RowIndex CreateIndex(CrawlOptions options) => new(KindName, new SpoolFormat(), options);

    /// <inheritdoc/>
    protected override void IndexRows(RowIndex index, ScanContext context, CancellationToken cancellation)
    {
        string spool = Path.Combine(context.ScratchFolder, "parquet.spool");
        using var records = new SpoolWriter(spool);
        int number = index.AddFile(spool);
        foreach (string file in Files)
        {
            Scan(file, index, number, records, context.Options, cancellation);
        }
    }

    private static void Scan(
        string file, RowIndex index, int number, SpoolWriter records, CrawlOptions options, CancellationToken cancellation)
    {
        int group = 0;
        try
        {
            using ParquetReader reader = ParquetReader.Open(file);
            var columns = new RowColumns(reader, file, ColumnNames.Of(options));
            for (; group < reader.RowGroupCount; group++)
            {
                cancellation.ThrowIfCancellationRequested();
                using ParquetRowGroup rows = reader.ReadRowGroup(group, columns.Names);
                RowColumns.Cells cells = columns.Read(rows);
                for (int i = 0; i < rows.RowCount; i++)
                {
                    Row row;
                    try
                    {
                        row = cells.Row(i);
                    }
                    catch (FormatException e)
                    {
                        throw new DataForgeException(
                            $"{file}, row group {group}, row {i}: {e.Message}; mend or remove that row, then run the same command again.",
                            inner: e);
                    }

                    long offset = records.Offset;
                    index.Add(row, records.Append(row.Path!, cells.Content(i), row.IsContentNull, options), number, offset);
                }
            }
        }
        catch (ParquetException e)
        {
            string where = e.Message.StartsWith(file, StringComparison.Ordinal) ? e.Message : $"{file}, row group {group}: {e.Message}";
            throw new DataForgeException($"{where}; get the file again, then run the same command again.", inner: e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException)
        {
            throw Unreadable(file, e);
        }
    }
}
