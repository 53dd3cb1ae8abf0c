using DataForge.Parquet;

namespace DataForge.Parquet.Tests;

/// <summary>A small file of our own with a column of every kind.</summary>
internal static class SampleFile
{
    public static readonly ParquetSchema Schema = new(
        new("flag", ParquetType.Boolean, Nullable: true),
        new("number", ParquetType.Int32),
        new("id", ParquetType.Int64, Nullable: true),
        new("ratio", ParquetType.Double),
        new("text", ParquetType.String, Nullable: true),
        new("kind", ParquetType.String),
        new("bytes", ParquetType.Binary),
        new("words", ParquetType.String, Nullable: true, IsList: true),
        new("longs", ParquetType.Int64, IsList: true));

    public static byte[] Write(int rows, ParquetWriterOptions options)
    {
        MemoryStream stream = new();
        using ParquetWriter writer = new(stream, Schema, options, new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });
        for (int i = 0; i < rows; i++)
        {
            AppendRow(writer, i);
        }

        writer.Close();
        return stream.ToArray();
    }

    public static void AppendRow(ParquetWriter writer, int i)
    {
        if (i % 3 == 0)
        {
            writer.AppendNull(0);
            writer.AppendNull(2);
            writer.AppendNull(4);
            writer.AppendNull(7);
        }
        else
        {
            writer.AppendBoolean(0, i % 2 == 0);
            writer.AppendInt64(2, i * 1_000_000_007L);
            writer.AppendString(4, $"text number {i}");
            writer.AppendStringList(7, [.. Enumerable.Range(0, i % 4).Select(k => $"word {k}")]);
        }

        writer.AppendInt32(1, i);
        writer.AppendDouble(3, i / 3.0);
        writer.AppendString(5, i % 5 == 0 ? "python" : "licence");
        writer.AppendBinary(6, [(byte)i, 0xFF, (byte)(i >> 8)]);
        writer.AppendInt64List(8, [.. Enumerable.Range(0, i % 3).Select(k => (long)k * i)]);
        writer.EndRow();
    }
}
