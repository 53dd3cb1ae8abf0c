using DataForge.Parquet;

namespace DataForge.Benchmarks.Packages;

/// <summary>The project's own reader and writer.</summary>
internal sealed class OwnParquet : ParquetPackage
{
    private static readonly ParquetSchema Schema = new(
        new("path", ParquetType.String), new("size", ParquetType.Int64), new("content", ParquetType.String));

    public override string Name => "own";

    public override void Write(string file, IEnumerable<TextRow> rows) => Write(file, rows, ParquetCodec.Zstd);

    public static void Write(string file, IEnumerable<TextRow> rows, ParquetCodec codec)
    {
        using FileStream stream = File.Create(file);
        using ParquetWriter writer = new(stream, Schema, new() { Codec = codec, RowGroupBytes = RowGroupBytes });
        foreach (TextRow row in rows)
        {
            writer.AppendString(0, row.Path);
            writer.AppendInt64(1, row.Content.Length);
            writer.AppendBinary(2, row.Content);
            writer.EndRow();
        }

        writer.Close();
    }

    public override long Read(string file)
    {
        using ParquetReader reader = ParquetReader.Open(file);
        long bytes = 0;
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            using ParquetRowGroup group = reader.ReadRowGroup(index);
            BinaryColumn contents = group.Binary("content");
            for (int row = 0; row < group.RowCount; row++)
            {
                bytes += contents[row].Length;
            }
        }

        return bytes;
    }

    public override void ReadAll(string file)
    {
        using ParquetReader reader = ParquetReader.Open(file);
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            using ParquetRowGroup group = reader.ReadRowGroup(index);
            foreach (ParquetNode node in reader.Root.Children)
            {
                _ = group.Records(node.Name).Count();
            }
        }
    }

    public override bool IsRefusal(Exception e) => e is ParquetException;
}
