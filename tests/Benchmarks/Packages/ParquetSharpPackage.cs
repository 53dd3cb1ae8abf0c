using ParquetSharp;

namespace DataForge.Benchmarks.Packages;

/// <summary>ParquetSharp, which binds Apache's C++ library.</summary>
internal sealed class ParquetSharpPackage : ParquetPackage, ILogicalColumnReaderVisitor<bool>
{
    // A file may claim any number of rows; the library reserves memory for them.
    private const long MostRows = 10_000_000;

    private static readonly Column[] Columns = [new Column<string>("path"), new Column<long>("size"), new Column<string>("content")];

    public override string Name => "ParquetSharp";

    public override void Write(string file, IEnumerable<TextRow> rows)
    {
        using var builder = new WriterPropertiesBuilder();
        using WriterProperties properties = builder.Compression(Compression.Zstd).CompressionLevel(3).Build();
        using var writer = new ParquetFileWriter(file, Columns, properties);
        foreach (List<TextRow> group in Groups(rows))
        {
            using RowGroupWriter chunk = writer.AppendRowGroup();
            Write(chunk, group.ConvertAll(row => row.Path).ToArray());
            Write(chunk, group.ConvertAll(row => (long)row.Content.Length).ToArray());
            Write(chunk, group.ConvertAll(row => System.Text.Encoding.UTF8.GetString(row.Content)).ToArray());
        }

        writer.Close();
    }

    public override long Read(string file)
    {
        long bytes = 0;
        using var reader = new ParquetFileReader(file);
        for (int index = 0; index < reader.FileMetaData.NumRowGroups; index++)
        {
            using RowGroupReader group = reader.RowGroup(index);
            int rows = (int)group.MetaData.NumRows;
            using LogicalColumnReader<string> paths = group.Column(0).LogicalReader<string>();
            _ = paths.ReadAll(rows);
            using LogicalColumnReader<long> sizes = group.Column(1).LogicalReader<long>();
            _ = sizes.ReadAll(rows);
            using LogicalColumnReader<string> contents = group.Column(2).LogicalReader<string>();
            bytes += contents.ReadAll(rows).Sum(text => (long)System.Text.Encoding.UTF8.GetByteCount(text));
        }

        return bytes;
    }

    public override void ReadAll(string file)
    {
        using var reader = new ParquetFileReader(file);
        if (reader.FileMetaData.NumRows > MostRows)
        {
            throw new InvalidDataException("more rows than the caller allows");
        }

        for (int index = 0; index < reader.FileMetaData.NumRowGroups; index++)
        {
            using RowGroupReader group = reader.RowGroup(index);
            for (int column = 0; column < reader.FileMetaData.NumColumns; column++)
            {
                using LogicalColumnReader values = group.Column(column).LogicalReader();
                values.Apply(this);
            }
        }
    }

    public override bool IsRefusal(Exception e) => e is ParquetSharp.ParquetException or InvalidDataException;

    public bool OnLogicalColumnReader<TValue>(LogicalColumnReader<TValue> columnReader) => columnReader.Count() >= 0;

    private static void Write<T>(RowGroupWriter group, T[] values)
    {
        using LogicalColumnWriter<T> column = group.NextColumn().LogicalWriter<T>();
        column.WriteBatch(values);
    }
}
