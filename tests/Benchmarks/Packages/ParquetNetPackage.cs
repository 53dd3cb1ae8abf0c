using System.IO.Compression;
using System.Text;
using Parquet.Schema;
using ParquetNet = global::Parquet;

namespace DataForge.Benchmarks.Packages;

/// <summary>Parquet.Net, with text as it gives and takes it: in UTF-16.</summary>
internal sealed class ParquetNetPackage : ParquetPackage
{
    private static readonly DataField[] Fields =
        [new DataField<string>("path", nullable: false), new DataField<long>("size"), new DataField<string>("content", nullable: false)];

    public override string Name => "Parquet.Net";

    public override void Write(string file, IEnumerable<TextRow> rows) => WriteAsync(file, rows).GetAwaiter().GetResult();

    public override long Read(string file) => ReadAsync(file).GetAwaiter().GetResult();

    public override void ReadAll(string file) => ReadAllAsync(file).GetAwaiter().GetResult();

    public override bool IsRefusal(Exception e) => e is ParquetNet.ParquetException;

    private static async Task WriteAsync(string file, IEnumerable<TextRow> rows)
    {
        var options = new ParquetNet.ParquetOptions { CompressionMethod = ParquetNet.CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Optimal };
        await using FileStream stream = File.Create(file);
        await using ParquetNet.ParquetWriter writer = await ParquetNet.ParquetWriter.CreateAsync(new ParquetNet.Schema.ParquetSchema(Fields), stream, options);
        foreach (List<TextRow> group in Groups(rows))
        {
            using ParquetNet.ParquetRowGroupWriter chunk = writer.CreateRowGroup();
            await chunk.WriteAsync(Fields[0], group.ConvertAll(row => row.Path));
            await chunk.WriteAsync<long>(Fields[1], group.ConvertAll(row => (long)row.Content.Length).ToArray());
            await chunk.WriteAsync(Fields[2], group.ConvertAll(row => Encoding.UTF8.GetString(row.Content)));
        }
    }

    private static async Task<long> ReadAsync(string file)
    {
        long bytes = 0;
        await using ParquetNet.ParquetReader reader = await ParquetNet.ParquetReader.CreateAsync(file);
        DataField[] fields = reader.Schema.GetDataFields();
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            using ParquetNet.ParquetRowGroupReader group = reader.OpenRowGroupReader(index);
            var paths = new ReadOnlyMemory<char>[group.RowCount];
            var sizes = new long[group.RowCount];
            var contents = new ReadOnlyMemory<char>[group.RowCount];
            await group.ReadRawAsync(fields[0], paths.AsMemory(), null, null);
            await group.ReadRawAsync(fields[1], sizes.AsMemory(), null, null);
            await group.ReadRawAsync(fields[2], contents.AsMemory(), null, null);
            bytes += contents.Sum(text => (long)Encoding.UTF8.GetByteCount(text.Span));
        }

        return bytes;
    }

    private static async Task ReadAllAsync(string file)
    {
        await using ParquetNet.ParquetReader reader = await ParquetNet.ParquetReader.CreateAsync(file);
        DataField[] fields = reader.Schema.GetDataFields();
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            using ParquetNet.ParquetRowGroupReader group = reader.OpenRowGroupReader(index);
            foreach (DataField field in fields)
            {
                using IDisposable values = await group.ReadRawColumnDataBaseAsync(field);
            }
        }
    }
}
