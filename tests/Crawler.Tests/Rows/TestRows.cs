using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DataForge.Parquet;

namespace DataForge.Crawler.Tests.Rows;

/// <summary>One row of a made-up source.</summary>
internal sealed record TestRow(string Repo, string Path, string Content, string? License = null, int? Stars = null);

/// <summary>Writes rows as sources hold them.</summary>
internal static class TestRows
{
    /// <summary>Rows of several repositories, some contents twice, in an order that tells nothing.</summary>
    public static TestRow[] Make(int repositories, int files, int seed = 1)
    {
        var random = new Random(seed);
        var rows = new List<TestRow>();
        for (int repository = 0; repository < repositories; repository++)
        {
            for (int file = 0; file < files; file++)
            {
                string content = file % 5 == 4
                    ? $"common = {file}\n"
                    : string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(i => $"x{random.Next()} = {i}\n"));
                rows.Add(new TestRow($"owner/r{repository}", $"src/f{file}.py", content, "mit", repository));
            }

            rows.Add(new TestRow($"owner/r{repository}", "LICENSE", "MIT License", "mit", repository));
            rows.Add(new TestRow($"owner/r{repository}", "../out.py", "outside", "mit", repository));
        }

        return Shuffled([.. rows], seed);
    }

    public static TestRow[] Shuffled(TestRow[] rows, int seed)
    {
        TestRow[] copy = [.. rows];
        new Random(seed).Shuffle(copy);
        return copy;
    }

    public static string Json(TestRow row) => JsonSerializer.Serialize(
        new { repo = row.Repo, path = row.Path, content = row.Content, license = row.License, stars = row.Stars, other = new[] { 1, 2 } });

    public static string WriteJson(string path, IEnumerable<TestRow> rows)
    {
        File.WriteAllLines(path, rows.Select(Json));
        return "jsonl:" + path;
    }

    public static string WriteGzip(string path, IEnumerable<TestRow> rows)
    {
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(Json))));
        return "jsonl:" + path;
    }

    /// <summary>Columns as codeparrot-clean names them.</summary>
    public static string WriteParquet(string path, IEnumerable<TestRow> rows)
    {
        var schema = new ParquetSchema(
            new("repo_name", ParquetType.String), new("path", ParquetType.String), new("copies", ParquetType.String),
            new("content", ParquetType.String), new("license", ParquetType.String, Nullable: true), new("stars", ParquetType.Int64, Nullable: true));
        using FileStream stream = File.Create(path);
        using var writer = new ParquetWriter(stream, schema, new ParquetWriterOptions { RowGroupBytes = 1 << 14 });
        foreach (TestRow row in rows)
        {
            writer.AppendString(0, row.Repo);
            writer.AppendString(1, row.Path);
            writer.AppendString(2, "1");
            writer.AppendString(3, row.Content);
            Nullable(writer, 4, row.License, (column, value) => writer.AppendString(column, value));
            Nullable(
                writer, 5, row.Stars?.ToString(System.Globalization.CultureInfo.InvariantCulture),
                (column, value) => writer.AppendInt64(column, long.Parse(value, System.Globalization.CultureInfo.InvariantCulture)));
            writer.EndRow();
        }

        writer.Close();
        return "parquet:" + path;
    }

    private static void Nullable(ParquetWriter writer, int column, string? value, Action<int, string> append)
    {
        if (value is null)
        {
            writer.AppendNull(column);
        }
        else
        {
            append(column, value);
        }
    }
}
