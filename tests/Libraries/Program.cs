// A program outside the solution that uses both packed libraries: parses every Python file of a folder, writes the verdicts and the sources into
// a Parquet file, reads it back, and compares every value. Arguments: the folder and the Parquet file. Exits with 1 where anything differs.
using DataForge.Parquet;
using DataForge.Python;

string folder = args[0];
string[] paths =
[
    .. Directory.EnumerateFiles(folder, "*.py", new EnumerationOptions { RecurseSubdirectories = true }).Order(StringComparer.Ordinal),
];
var facts = new ParseFacts();
var rows = new List<(string Path, byte[] Source, ParseVerdict Verdict, int Tokens)>();
foreach (string path in paths)
{
    byte[] source = File.ReadAllBytes(path);
    ParseVerdict verdict = PythonParser.Check(source, facts);
    rows.Add((Path.GetRelativePath(folder, path), source, verdict, facts.Tokens));
}

var schema = new ParquetSchema(
    new ParquetColumn("path", ParquetType.String),
    new ParquetColumn("source", ParquetType.Binary),
    new ParquetColumn("outcome", ParquetType.String),
    new ParquetColumn("error", ParquetType.String, Nullable: true),
    new ParquetColumn("line", ParquetType.Int32),
    new ParquetColumn("tokens", ParquetType.Int64));
using (FileStream file = File.Create(args[1]))
using (var writer = new ParquetWriter(file, schema, new ParquetWriterOptions { RowGroupBytes = 4 << 20 }))
{
    foreach ((string path, byte[] source, ParseVerdict verdict, int tokens) in rows)
    {
        writer.AppendString(0, path);
        writer.AppendBinary(1, source);
        writer.AppendString(2, verdict.Outcome.ToString());
        if (verdict.Reason == SyntaxErrorKind.None)
        {
            writer.AppendNull(3);
        }
        else
        {
            writer.AppendString(3, verdict.Reason.ToString());
        }

        writer.AppendInt32(4, verdict.Line);
        writer.AppendInt64(5, tokens);
        writer.EndRow();
    }

    writer.Close();
}

int read = 0;
int different = 0;
using ParquetReader reader = ParquetReader.Open(args[1]);
for (int group = 0; group < reader.RowGroupCount; group++)
{
    using ParquetRowGroup columns = reader.ReadRowGroup(group);
    for (int row = 0; row < columns.RowCount; row++, read++)
    {
        (string path, byte[] source, ParseVerdict verdict, int tokens) = rows[read];
        bool isSame = columns.Binary("path").GetString(row) == path
            && columns.Binary("source")[row].SequenceEqual(source)
            && columns.Binary("outcome").GetString(row) == verdict.Outcome.ToString()
            && columns.Binary("error").IsNull(row) == (verdict.Reason == SyntaxErrorKind.None)
            && (columns.Binary("error").IsNull(row) || columns.Binary("error").GetString(row) == verdict.Reason.ToString())
            && columns.Int32("line")[row] == verdict.Line
            && columns.Int64("tokens")[row] == tokens;
        different += isSame ? 0 : 1;
    }
}

IEnumerable<string> outcomes = rows.CountBy(row => row.Verdict.Outcome).OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}");
Console.WriteLine($"{paths.Length} files parsed: {string.Join(", ", outcomes)}");
Console.WriteLine($"{read} rows in {reader.RowGroupCount} row groups read back, {different} different");
return paths.Length > 0 && read == paths.Length && different == 0 ? 0 : 1;
