using DataForge.Corpus.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>Appends the cells of one row from left to right.</summary>
internal ref struct CellWriter(ParquetWriter rows)
{
    private int _column;

    public void Int64(long value) => rows.AppendInt64(_column++, value);

    public void Int32(int value) => rows.AppendInt32(_column++, value);

    public void Double(double value) => rows.AppendDouble(_column++, value);

    public void Boolean(bool value) => rows.AppendBoolean(_column++, value);

    public void Bytes(ReadOnlySpan<byte> value) => rows.AppendBinary(_column++, value);

    public void Texts(IReadOnlyList<string> values) => rows.AppendStringList(_column++, values);

    public void Text(string? value)
    {
        if (value is null)
        {
            rows.AppendNull(_column++);
        }
        else
        {
            rows.AppendString(_column++, value);
        }
    }

    public void Id(BlobId? value)
    {
        if (value is not { } id)
        {
            rows.AppendNull(_column++);
            return;
        }

        Span<byte> hex = stackalloc byte[2 * BlobId.Size];
        id.FormatHex(hex);
        rows.AppendBinary(_column++, hex);
    }

    public void Int32(int? value)
    {
        if (value is { } number)
        {
            rows.AppendInt32(_column++, number);
        }
        else
        {
            rows.AppendNull(_column++);
        }
    }

    public void Double(double? value)
    {
        if (value is { } number)
        {
            rows.AppendDouble(_column++, number);
        }
        else
        {
            rows.AppendNull(_column++);
        }
    }

    public void Boolean(bool? value)
    {
        if (value is { } flag)
        {
            rows.AppendBoolean(_column++, flag);
        }
        else
        {
            rows.AppendNull(_column++);
        }
    }
}

/// <summary>Reads cells that may be null.</summary>
internal static class Cells
{
    public static string? Text(this ParquetRowGroup rows, string column, int row) =>
        rows.Binary(column).IsNull(row) ? null : rows.Binary(column).GetString(row);

    public static BlobId? Id(this ParquetRowGroup rows, string column, int row) =>
        rows.Binary(column).IsNull(row) ? null : BlobId.Parse(rows.Binary(column)[row]);

    public static int? Int32OrNull(this ParquetRowGroup rows, string column, int row) =>
        rows.Int32(column).IsNull(row) ? null : rows.Int32(column)[row];

    public static double? DoubleOrNull(this ParquetRowGroup rows, string column, int row) =>
        rows.Double(column).IsNull(row) ? null : rows.Double(column)[row];

    public static bool? BooleanOrNull(this ParquetRowGroup rows, string column, int row) =>
        rows.Boolean(column).IsNull(row) ? null : rows.Boolean(column)[row];
}
