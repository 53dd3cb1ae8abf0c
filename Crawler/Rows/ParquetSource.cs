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
            ColumnNames names = ColumnNames.Of(options);
            bool isNested = NestedFiles.Has(reader, names);
            var columns = new RowColumns(reader, file, names, isNested);
            for (; group < reader.RowGroupCount; group++)
            {
                cancellation.ThrowIfCancellationRequested();
                using ParquetRowGroup rows = reader.ReadRowGroup(group, columns.Names);
                RowColumns.Cells cells = columns.Read(rows);
                using IEnumerator<IReadOnlyList<NestedFile>>? lists = isNested ? NestedFiles.Read(rows, names).GetEnumerator() : null;
                for (int i = 0; i < rows.RowCount; i++)
                {
                    try
                    {
                        Add(cells, i, lists);
                    }
                    catch (FormatException e)
                    {
                        throw new DataForgeException(
                            $"{file}, row group {group}, row {i}: {e.Message}; mend or remove that row, then run the same command again.",
                            inner: e);
                    }
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

        void Add(RowColumns.Cells cells, int i, IEnumerator<IReadOnlyList<NestedFile>>? lists)
        {
            if (lists is null)
            {
                Store(cells.Row(i), cells.Content(i));
            }
            else if (lists.MoveNext())
            {
                foreach (NestedFile nested in lists.Current)
                {
                    Store(cells.Row(i, nested), nested.Content);
                }
            }
        }

        void Store(in Row row, ReadOnlySpan<byte> content)
        {
            long offset = records.Offset;
            index.Add(row, records.Append(row.Path!, content, row.IsContentNull, options), number, offset);
        }
    }
}
