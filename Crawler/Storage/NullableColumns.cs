using System.Data.Common;

namespace DataForge.Crawler.Storage;

/// <summary>Columns that may be NULL.</summary>
internal static class NullableColumns
{
    /// <summary>A text; null if the column is NULL.</summary>
    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A time stored in Unix seconds; null if the column is NULL.</summary>
    public static DateTimeOffset? TimeOrNull(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(column));
}
