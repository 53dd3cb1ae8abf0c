using DataForge.Parquet;

namespace DataForge.Parquet.Tests;

public class ParquetReaderTests
{
    [Fact]
    public void ReadRowGroup_someColumns_readsThemAlone()
    {
        using ParquetReader reader = new(new MemoryStream(SampleFile.Write(10, new())));
        using ParquetRowGroup group = reader.ReadRowGroup(0, "text", "number");
        Assert.Equal(9, group.Int32("number")[9]);
        Assert.Equal("text number 1", group.Binary("text").GetString(1));
        Assert.Throws<ArgumentException>(() => group.Int64("id"));
        Assert.Throws<ArgumentException>(() => group.Int64("number"));
        Assert.Throws<ArgumentException>(() => reader.ReadRowGroup(0, "no such column"));
    }

    [Fact]
    public void Metadata_asWritten_isReadBack()
    {
        using ParquetReader reader = new(new MemoryStream(SampleFile.Write(0, new())));
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, reader.Metadata);
        Assert.Equal(ParquetWriter.CreatedBy, reader.CreatedBy);
        Assert.Equal(SampleFile.Schema, reader.Schema);
        Assert.Equal(0, reader.RowGroupCount);
    }

    [Fact]
    public void View_afterDispose_throws()
    {
        using ParquetReader reader = new(new MemoryStream(SampleFile.Write(10, new())));
        ParquetRowGroup group = reader.ReadRowGroup(0);
        Int32Column numbers = group.Int32("number");
        group.Dispose();
        Assert.Throws<ArgumentOutOfRangeException>(() => numbers[0]);
    }

    [Fact]
    public void ReadRowGroup_aboveMemoryLimit_isRefusedNamingTheOption()
    {
        using ParquetReader reader = new(new MemoryStream(SampleFile.Write(5000, new())), new() { MemoryLimit = 20_000 });
        Assert.Contains("MemoryLimit", Assert.Throws<ParquetException>(() => reader.ReadRowGroup(0)).Message);
    }

    /// <summary>
    /// Every byte of a page is under its checksum, and every change of a file is either refused or in an unchecked place.
    /// </summary>
    [Fact]
    public void ReadRowGroup_anyFlippedBitOfAPage_isRefused()
    {
        byte[] file = SampleFile.Write(50, new() { Codec = ParquetCodec.None });
        int footer = BitConverter.ToInt32(file, file.Length - 8);
        int unchanged = 0;
        for (int at = 4; at < file.Length - 8 - footer; at++)
        {
            file[at] ^= 1;
            unchanged += ReadsAsBefore(file) ? 1 : 0;
            file[at] ^= 1;
        }

        // Page headers hold a few bytes that reading does not need, such as the encoding of levels that a column does not have.
        Assert.InRange(unchanged, 0, 100);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(11)]
    [InlineData(400)]
    public void Reader_cutFile_throws(int length) =>
        Assert.Throws<ParquetException>(() => new ParquetReader(new MemoryStream(SampleFile.Write(10, new())[..length])));

    [Fact]
    public void Open_noParquetFile_throwsNamingThePath()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "this is no Parquet file at all");
            Assert.Contains(path, Assert.Throws<ParquetException>(() => ParquetReader.Open(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool ReadsAsBefore(byte[] file)
    {
        try
        {
            using ParquetReader reader = new(new MemoryStream(file));
            using ParquetRowGroup group = reader.ReadRowGroup(0);
            for (int row = 0; row < 50; row++)
            {
                Assert.Equal(row, group.Int32("number")[row]);
                Assert.Equal(row % 5 == 0 ? "python" : "licence", group.Binary("kind").GetString(row));
                Assert.Equal(row % 3 == 0 ? "" : $"text number {row}", group.Binary("text").GetString(row));
            }

            return true;
        }
        catch (ParquetException)
        {
            return false;
        }
    }
}
