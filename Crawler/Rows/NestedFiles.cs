using System.Text;
using System.Text.Unicode;
using DataForge.Crawler.Sources;
using DataForge.Parquet;

namespace DataForge.Crawler.Rows;

/// <summary>A file of a list of files.</summary>
/// <param name="Path">Its path; null if it has none.</param>
/// <param name="Content">Its text; null if it has none.</param>
/// <param name="Licenses">The licences that it names.</param>
internal sealed record NestedFile(string? Path, byte[]? Content, string[] Licenses);

/// <summary>
/// A column that holds a list of files, each a group with the columns of a file: the other columns of its row are those of the files'
/// repository. The Stack v3 is laid out so.
/// </summary>
internal static class NestedFiles
{
    /// <summary>Whether a table has its contents in such a column.</summary>
    public static bool Has(ParquetReader reader, ColumnNames names) =>
        names.Files.Length > 0 && reader.Schema.Columns.All(column => column.Name != names.Content)
        && reader.Root.Children.FirstOrDefault(node => node.Name == names.Files) is { } files && Group(files) is { } group
        && Holds(group, names.Path) && Holds(group, names.Content);

    /// <summary>The files of each row of a row group.</summary>
    /// <exception cref="FormatException">A path or a licence is not UTF-8.</exception>
    public static IEnumerable<IReadOnlyList<NestedFile>> Read(ParquetRowGroup rows, ColumnNames names)
    {
        foreach (object? list in rows.Records(names.Files))
        {
            yield return [.. (list as List<object?> ?? []).OfType<KeyValuePair<string, object?>[]>().Select(file => File(file, names))];
        }
    }

    private static NestedFile File(KeyValuePair<string, object?>[] fields, ColumnNames names)
    {
        object? Of(string name) => Array.Find(fields, field => field.Key == name).Value;
        IEnumerable<object?> licenses = Of(names.License) switch { List<object?> list => list, { } one => [one], null => [] };
        return new NestedFile(
            Of(names.Path) is byte[] path ? PathText.FromBytes(path) : null, Of(names.Content) as byte[],
            [.. licenses.OfType<byte[]>().Select(Text)]);
    }

    private static string Text(byte[] utf8) =>
        Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw new FormatException("a text is not UTF-8");

    // The element of a list: below one or two levels of groups, as the writer has them.
    private static ParquetNode? Group(ParquetNode node)
    {
        while (node.Children.Count == 1 && !node.Children[0].IsLeaf)
        {
            node = node.Children[0];
        }

        return node.Children.Count > 1 ? node : null;
    }

    private static bool Holds(ParquetNode group, string name) =>
        group.Children.Any(node => node.Name == name && node.Physical == ParquetPhysicalType.ByteArray);
}
