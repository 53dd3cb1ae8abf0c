using DataForge.Parquet;

namespace DataForge.Corpus.Columns;

/// <summary>
/// Writes a file of a declared table, row by row: one value for each column, in any order, then <see cref="EndRow"/>. A column that the
/// table does not have is refused, and so is a row that lacks one. Nothing about the machine or the time goes into the file.
/// </summary>
public sealed class TableWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly ParquetWriter _rows;
    // By Column.Ordinal: the position in the table, −1 where the table has no such column.
    private readonly int[] _positions;

    /// <summary>Starts a file.</summary>
    /// <param name="path">The file; one that exists is overwritten.</param>
    /// <param name="table">The table.</param>
    /// <param name="rowGroupBytes">Bytes in memory of a row group, about: what a reader of a single row has to decode.</param>
    /// <param name="level">The level of the compression with zstd.</param>
    public TableWriter(string path, Table table, int rowGroupBytes = 16 << 20, int level = 3)
    {
        Table = table;
        _positions = new int[Column.All.Count];
        Array.Fill(_positions, -1);
        for (int i = 0; i < table.Columns.Count; i++)
        {
            _positions[table.Columns[i].Column.Ordinal] = i;
        }

        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        _rows = new ParquetWriter(
            _file, table.Schema, new ParquetWriterOptions { Codec = ParquetCodec.Zstd, Level = level, RowGroupBytes = rowGroupBytes },
            table.Kind is null ? null : new Dictionary<string, string> { [Shards.ShardFile.KindKey] = table.Kind });
    }

    /// <summary>The table that is written.</summary>
    public Table Table { get; }

    /// <summary>Rows so far.</summary>
    public long Rows => _rows.RowCount;

    /// <summary>Appends a text.</summary>
    public void Append(Column<BinaryColumn> column, string? value)
    {
        if (value is null)
        {
            AppendNull(column);
            return;
        }

        _rows.AppendString(PositionOf(column), value);
    }

    /// <summary>Appends bytes; for a column of text they must be valid UTF-8.</summary>
    public void Append(Column<BinaryColumn> column, ReadOnlySpan<byte> value) => _rows.AppendBinary(PositionOf(column), value);

    /// <summary>Appends an id, as 40 hexadecimal digits.</summary>
    public void Append(Column<BinaryColumn> column, BlobId? value)
    {
        if (value is not { } id)
        {
            AppendNull(column);
            return;
        }

        Span<byte> hex = stackalloc byte[2 * BlobId.Size];
        id.FormatHex(hex);
        _rows.AppendBinary(PositionOf(column), hex);
    }

    /// <summary>Appends a number.</summary>
    public void Append(Column<Int32Column> column, int? value)
    {
        if (value is not { } number)
        {
            AppendNull(column);
            return;
        }

        _rows.AppendInt32(PositionOf(column), number);
    }

    /// <summary>Appends a number.</summary>
    public void Append(Column<Int64Column> column, long value) => _rows.AppendInt64(PositionOf(column), value);

    /// <summary>Appends a number.</summary>
    public void Append(Column<DoubleColumn> column, double? value)
    {
        if (value is not { } number)
        {
            AppendNull(column);
            return;
        }

        _rows.AppendDouble(PositionOf(column), number);
    }

    /// <summary>Appends true or false.</summary>
    public void Append(Column<BooleanColumn> column, bool? value)
    {
        if (value is not { } flag)
        {
            AppendNull(column);
            return;
        }

        _rows.AppendBoolean(PositionOf(column), flag);
    }

    /// <summary>Appends a list of texts.</summary>
    public void Append(Column<StringListColumn> column, IReadOnlyList<string> values) => _rows.AppendStringList(PositionOf(column), values);

    /// <summary>Ends a row.</summary>
    /// <exception cref="InvalidOperationException">A column has no value yet.</exception>
    public void EndRow() => _rows.EndRow();

    /// <summary>Ends a row group, whatever its size.</summary>
    public void FlushRowGroup() => _rows.FlushRowGroup();

    /// <summary>Writes the footer; without it the file is not readable.</summary>
    public void Close()
    {
        _rows.Close();
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _file.Dispose();
    }

    private void AppendNull(Column column) => _rows.AppendNull(PositionOf(column));

    private int PositionOf(Column column) => _positions[column.Ordinal] is >= 0 and int position
        ? position
        : throw new ArgumentException($"the table '{Table}' has no column '{column.Name}'", nameof(column));
}
