using System.Text;
using System.Text.RegularExpressions;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Parquet;

namespace DataForge.Corpus.Tests.Documentation;

/// <summary>Makes the tables of <c>docs/data-format.md</c>: each stands between <c>&lt;!-- table: NAME --&gt;</c> and <c>&lt;!-- end --&gt;</c>.</summary>
internal static partial class DataFormatPage
{
    /// <summary>The page with its tables made anew; the text between them stays.</summary>
    public static string Regenerate(string page) =>
        Region().Replace(page, region => $"<!-- table: {region.Groups[1].Value} -->\n{TableOf(region.Groups[1].Value)}<!-- end -->");

    /// <summary>The names of the tables that the page has.</summary>
    public static IEnumerable<string> TablesIn(string page) => Region().Matches(page).Select(region => region.Groups[1].Value);

    private static string TableOf(string name) => name switch
    {
        "counts" => Rows("| count | what it counts |", DeclaredCount.All.Select(count => $"| `{count.Name}` | {count.Meaning} |")),
        "events" => Rows("| type | meaning | fields |", EventDocuments.All.Select(type => $"| `{type.Name}` | {type.Meaning} | {type.Fields} |")),
        _ => Rows(
            "| column | type | meaning |",
            Table.All.Single(table => table.ToString() == name).Columns.Select(column =>
                $"| `{column.Column.Name}` | {TypeOf(column)} | {column.Meaning} |")),
    };

    private static string Rows(string header, IEnumerable<string> rows)
    {
        var text = new StringBuilder(header).Append('\n');
        text.Append(string.Concat(Enumerable.Repeat("| --- ", header.Count(c => c == '|') - 1))).Append("|\n");
        foreach (string row in rows)
        {
            text.Append(row).Append('\n');
        }

        return text.ToString();
    }

    private static string TypeOf(TableColumn column)
    {
        string type = column.Column.Type == ParquetType.String ? "string" : column.Column.Type.ToString().ToLowerInvariant();
        return (column.Column.IsList ? "list of " : "") + type + (column.IsNullable ? ", null" : "");
    }

    [GeneratedRegex("<!-- table: (.+?) -->\n.*?<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Region();
}
