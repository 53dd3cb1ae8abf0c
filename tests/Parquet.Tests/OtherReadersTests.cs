using DataForge.Parquet;
using DataForge.Testing;

namespace DataForge.Parquet.Tests;

/// <summary>What the writer writes, DuckDB, parquet-wasm and hyparquet read, value for value.</summary>
public sealed class OtherReadersTests : IDisposable
{
    private static readonly ParquetSchema Schema = new(
        new("flag", ParquetType.Boolean, Nullable: true),
        new("small", ParquetType.Int32, Nullable: true),
        new("id", ParquetType.Int64),
        new("ratio", ParquetType.Double, Nullable: true),
        new("single", ParquetType.Float),
        new("name", ParquetType.String, Nullable: true),
        new("constant", ParquetType.String),
        new("bytes", ParquetType.Binary, Nullable: true),
        new("nothing", ParquetType.String, Nullable: true),
        new("words", ParquetType.String, Nullable: true, IsList: true),
        new("numbers", ParquetType.Int64, IsList: true));

    private readonly string folder = Directory.CreateTempSubdirectory("dataforge-parquet-").FullName;

    public static TheoryData<ParquetCodec> Codecs => [.. Enum.GetValues<ParquetCodec>()];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Write_noneOneAndManyRows_readIdenticallyEverywhere(ParquetCodec codec)
    {
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        ParquetWriterOptions options = new() { Codec = codec, RowGroupBytes = 300_000, PageBytes = 10_000, DictionaryBytes = 20_000 };
        List<NodeTable> expected = [];
        foreach (int rows in (int[])[0, 1, 7, 6000])
        {
            string file = Path.Combine(folder, $"{codec}-{rows}.parquet");
            expected.Add(new(file, rows, Write(file, rows, options)));
        }

        CompareWithReaders(expected);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Write_tenMegabyteStringsAndInvalidUtf8_readIdenticallyEverywhere(ParquetCodec codec)
    {
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        string file = Path.Combine(folder, $"{codec}-large.parquet");
        ParquetSchema schema = new(new("text", ParquetType.String), new("bytes", ParquetType.Binary, Nullable: true));
        ColumnHash text = new();
        ColumnHash bytes = new();
        using (FileStream stream = File.Create(file))
        using (ParquetWriter writer = new(stream, schema, new() { Codec = codec }))
        {
            for (int i = 0; i < 4; i++)
            {
                byte[] large = new byte[i % 2 == 0 ? 10 << 20 : i];
                for (int k = 0; k < large.Length; k++)
                {
                    large[k] = (byte)('a' + ((k + (k >> 7)) % 26));
                }

                writer.AppendBinary(0, large);
                text.Add(large);
                byte[] invalid = [0xFF, 0xFE, 0xC3, 0x28, 0x80, 0, (byte)i, 0xED, 0xA0, 0x80];
                writer.AppendBinary(1, invalid);
                bytes.Add(invalid);
                writer.EndRow();
            }

            writer.Close();
        }

        CompareWithReaders(new NodeTable(file, 4, new Dictionary<string, string> { ["text"] = text.Digest(), ["bytes"] = bytes.Digest() }));
    }

    [Fact]
    public void Write_millionShortRows_readIdenticallyEverywhere()
    {
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        string file = Path.Combine(folder, "million-short.parquet");
        ColumnHash[] hashes = [new()];
        using (FileStream stream = File.Create(file))
        using (ParquetWriter writer = new(stream, new(new ParquetColumn("id", ParquetType.Int32, Nullable: true)), new() { RowGroupBytes = 1 << 20 }))
        {
            RowWriter row = new(writer, hashes);
            for (int i = 0; i < 1_000_000; i++)
            {
                row.Int32(0, i % 3 == 0 ? null : i);
                writer.EndRow();
            }

            writer.Close();
        }

        CompareWithReaders(new NodeTable(file, 1_000_000, new Dictionary<string, string> { ["id"] = hashes[0].Digest() }));
    }

    /// <summary>A million rows of every type, with each codec: minutes, so only where DATAFORGE_TEST_LONG asks for it.</summary>
    [Theory]
    [MemberData(nameof(Codecs))]
    public void Write_millionRows_readIdenticallyEverywhere(ParquetCodec codec)
    {
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        Assert.SkipWhen(Environment.GetEnvironmentVariable("DATAFORGE_TEST_LONG") is null, "takes minutes: set DATAFORGE_TEST_LONG to run it");
        string file = Path.Combine(folder, $"{codec}-million.parquet");
        CompareWithReaders(new NodeTable(file, 1_000_000, Write(file, 1_000_000, new() { Codec = codec })));
    }

    /// <summary>DuckDB's view of the statistics: bounds and null counts as the rows have them.</summary>
    [Fact]
    public void Write_statistics_areWhatDuckDbExpects()
    {
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        string file = Path.Combine(folder, "statistics.parquet");
        Write(file, 5000, new());
        Dictionary<string, string> found = NodeReaders.Run("parquet-statistics.mjs", [file])
            .Select(line => line.Split('\t')).ToDictionary(parts => parts[0], parts => string.Join(' ', parts[1..]));
        Assert.Equal("-2500 2499 true true 0", found["id"]);
        Assert.Equal("false true true true 714", found["flag"]);
        Assert.Equal(" name-999 true true 454", found["name"]);
        Assert.Equal("null null null null 5000", found["nothing"]);
        Assert.Equal("the same the same true true 0", found["constant"]);
    }

    private static void CompareWithReaders(params List<NodeTable> expected)
    {
        Assert.All(expected, table => Assert.Equal(table.Columns, ColumnHash.OfFile(table.File)));
        foreach (string reader in NodeReaders.Names)
        {
            IReadOnlyList<NodeTable> found = NodeReaders.Read(reader, [.. expected.Select(table => table.File)]);
            Assert.Equal(expected.Select(table => Describe(reader, table)), found.Select(table => Describe(reader, table)));
        }
    }

    private static string Describe(string reader, NodeTable table) =>
        $"{reader} {Path.GetFileName(table.File)} {table.Rows} rows\n" + string.Join('\n', table.Columns.Select(column => column.ToString()));

    /// <summary>Writes rows of every type, and hashes them as they are written.</summary>
    private static Dictionary<string, string> Write(string file, int rows, ParquetWriterOptions options)
    {
        ColumnHash[] hashes = [.. Schema.Columns.Select(_ => new ColumnHash())];
        using FileStream stream = File.Create(file);
        using ParquetWriter writer = new(stream, Schema, options, new Dictionary<string, string> { ["schema_version"] = "1" });
        for (int i = 0; i < rows; i++)
        {
            RowWriter row = new(writer, hashes);
            row.Boolean(0, i % 7 == 3 ? null : i % 2 == 0);
            row.Int32(1, i % 5 == 1 ? null : i * 7919);
            row.Int64(2, i % 2 == 0 ? i / 2 : -(i / 2) - 1);
            row.Double(3, i % 3 == 0 ? null : i / 3.0);
            row.Float(4, i * 0.25f);
            row.Text(5, i % 11 == 10 ? null : i % 13 == 0 ? "" : $"name-{i}");
            row.Text(6, "the same");
            row.Bytes(7, i % 4 == 0 ? null : [(byte)i, 0xFF, 0xFE, (byte)(i >> 8)]);
            row.Text(8, null);
            row.Texts(9, i % 6 == 0 ? null : [.. Enumerable.Range(0, i % 6 - 1).Select(k => $"w{k * i % 100}")]);
            row.Longs(10, [.. Enumerable.Range(0, i % 3).Select(k => (long)i * k)]);
            writer.EndRow();
        }

        writer.Close();
        return Schema.Columns.Select((column, c) => (column.Name, Hash: hashes[c].Digest())).ToDictionary(p => p.Name, p => p.Hash);
    }
}
