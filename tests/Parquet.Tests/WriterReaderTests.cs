using DataForge.Parquet;

namespace DataForge.Parquet.Tests;

public class WriterReaderTests
{
    private static readonly ParquetSchema Everything = new(
        new("bool", ParquetType.Boolean, Nullable: true),
        new("i32", ParquetType.Int32),
        new("i64", ParquetType.Int64, Nullable: true),
        new("float", ParquetType.Float),
        new("double", ParquetType.Double),
        new("text", ParquetType.String, Nullable: true),
        new("bytes", ParquetType.Binary),
        new("words", ParquetType.String, IsList: true),
        new("longs", ParquetType.Int64, Nullable: true, IsList: true));

    [Theory]
    [InlineData(ParquetCodec.None, 0)]
    [InlineData(ParquetCodec.None, 1)]
    [InlineData(ParquetCodec.None, 5000)]
    [InlineData(ParquetCodec.Snappy, 5000)]
    [InlineData(ParquetCodec.Gzip, 5000)]
    [InlineData(ParquetCodec.Zstd, 5000)]
    public void ReadRowGroup_everyType_givesWhatWasWritten(ParquetCodec codec, int rows)
    {
        MemoryStream stream = new();
        Dictionary<string, string> metadata = new() { ["version"] = "1" };
        using (ParquetWriter writer = new(stream, Everything, new() { Codec = codec, RowGroupBytes = 100_000, PageBytes = 5000 }, metadata))
        {
            for (int i = 0; i < rows; i++)
            {
                WriteRow(writer, i);
            }

            writer.Close();
        }

        using ParquetReader reader = new(stream);
        Assert.Equal(Everything, reader.Schema);
        Assert.Equal(rows, reader.RowCount);
        Assert.Equal("1", reader.Metadata["version"]);
        int row = 0;
        for (int g = 0; g < reader.RowGroupCount; g++)
        {
            using ParquetRowGroup group = reader.ReadRowGroup(g);
            Assert.Equal(reader.RowGroupRows(g), group.RowCount);
            for (int i = 0; i < group.RowCount; i++)
            {
                CheckRow(group, i, row++);
            }
        }

        Assert.Equal(rows, row);
        Assert.True(rows < 5000 || reader.RowGroupCount > 3);
    }

    private static string Text(int i) => string.Concat(Enumerable.Repeat($"é{i % 7}", i % 50));

    private static void WriteRow(ParquetWriter writer, int i)
    {
        if (i % 3 == 0)
        {
            writer.AppendNull(0);
            writer.AppendNull(2);
        }
        else
        {
            writer.AppendBoolean(0, i % 2 == 0);
            writer.AppendInt64(2, i * 10_000_000_000L);
        }

        writer.AppendInt32(1, i % 5);
        writer.AppendFloat(3, i / 3f);
        writer.AppendDouble(4, i / 7d);
        if (i % 5 == 0)
        {
            writer.AppendNull(5);
            writer.AppendNull(8);
        }
        else
        {
            writer.AppendString(5, Text(i));
            writer.AppendInt64List(8, [.. Enumerable.Range(0, i % 4).Select(x => (long)x * i)]);
        }

        writer.AppendBinary(6, [(byte)i, 0xFF, (byte)(i >> 8)]);
        writer.AppendStringList(7, [.. Enumerable.Range(0, i % 3).Select(Text)]);
        writer.EndRow();
    }

    private static void CheckRow(ParquetRowGroup group, int at, int i)
    {
        Assert.Equal(i % 3 == 0, group.Boolean("bool").IsNull(at));
        Assert.Equal(i % 3 != 0 && i % 2 == 0, group.Boolean("bool")[at]);
        Assert.Equal(i % 5, group.Int32("i32")[at]);
        Assert.Equal(i % 3 == 0, group.Int64("i64").IsNull(at));
        Assert.Equal(i % 3 == 0 ? 0 : i * 10_000_000_000L, group.Int64("i64")[at]);
        Assert.Equal(i / 3f, group.Float("float")[at]);
        Assert.Equal(i / 7d, group.Double("double")[at]);
        Assert.Equal(i % 5 == 0, group.Binary("text").IsNull(at));
        Assert.Equal(i % 5 == 0 ? "" : Text(i), group.Binary("text").GetString(at));
        Assert.Equal([(byte)i, 0xFF, (byte)(i >> 8)], group.Binary("bytes")[at].ToArray());
        Assert.Equal(Enumerable.Range(0, i % 3).Select(Text), group.StringList("words").GetStrings(at));
        Int64ListColumn longs = group.Int64List("longs");
        Assert.Equal(i % 5 == 0, longs.IsNull(at));
        Assert.Equal(i % 5 == 0 ? 0 : i % 4, longs.Length(at));
        for (int e = 0; e < longs.Length(at); e++)
        {
            Assert.Equal((long)e * i, longs[at, e]);
        }
    }
}
