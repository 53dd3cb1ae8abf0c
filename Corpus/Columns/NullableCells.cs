using DataForge.Parquet;

namespace DataForge.Corpus.Columns;

/// <summary>Reads values that may be null.</summary>
public static class NullableCells
{
    /// <summary>The text of a row, or null.</summary>
    public static string? TextAt(this BinaryColumn column, int row) => column.IsNull(row) ? null : column.GetString(row);

    /// <summary>The id of a row, written as 40 hexadecimal digits, or null.</summary>
    /// <exception cref="FormatException">It is no id.</exception>
    public static BlobId? IdAt(this BinaryColumn column, int row) => column.IsNull(row) ? null : BlobId.Parse(column[row]);

    /// <summary>The number of a row, or null.</summary>
    public static int? ValueAt(this Int32Column column, int row) => column.IsNull(row) ? null : column[row];

    /// <summary>The number of a row, or null.</summary>
    public static double? ValueAt(this DoubleColumn column, int row) => column.IsNull(row) ? null : column[row];

    /// <summary>Whether it is so in a row, or null.</summary>
    public static bool? ValueAt(this BooleanColumn column, int row) => column.IsNull(row) ? null : column[row];
}
