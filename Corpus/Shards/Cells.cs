using DataForge.Parquet;

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
    public static string? TextAt(this BinaryColumn column, int row) => column.IsNull(row) ? null : column.GetString(row);

    public static BlobId? IdAt(this BinaryColumn column, int row) => column.IsNull(row) ? null : BlobId.Parse(column[row]);

    public static int? At(this Int32Column column, int row) => column.IsNull(row) ? null : column[row];

    public static double? At(this DoubleColumn column, int row) => column.IsNull(row) ? null : column[row];

    public static bool? At(this BooleanColumn column, int row) => column.IsNull(row) ? null : column[row];
}
