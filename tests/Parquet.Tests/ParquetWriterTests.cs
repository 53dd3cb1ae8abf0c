using System.Security.Cryptography;
using DataForge.Parquet;

namespace DataForge.Parquet.Tests;

public class ParquetWriterTests
{
    public static TheoryData<ParquetCodec> Codecs => [.. Enum.GetValues<ParquetCodec>()];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Write_sameRowsTwice_givesSameBytes(ParquetCodec codec)
    {
        ParquetWriterOptions options = new() { Codec = codec, RowGroupBytes = 20_000, PageBytes = 2000 };
        Assert.Equal(SampleFile.Write(3000, options), SampleFile.Write(3000, options));
    }

    /// <summary>
    /// These codecs are our own, so their bytes must be the same on every machine, always. Where they change on purpose,
    /// <see cref="ParquetWriter.CreatedBy"/> gets a new version and this test new hashes.
    /// </summary>
    [Theory]
    [InlineData(ParquetCodec.None, "eabadd78f6a607491379685e26a71559102a69d23ee19c4c044aa5f1d2473fd7")]
    [InlineData(ParquetCodec.Snappy, "018c34eefca556a6c4912ff34c761e7d0c7d84e7ad6e15aa29a44a6a47a88a27")]
    public void Write_ownCodecs_givesBytesOfThisVersion(ParquetCodec codec, string expected)
    {
        byte[] file = SampleFile.Write(1000, new() { Codec = codec, RowGroupBytes = 20_000, PageBytes = 2000 });
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    /// <summary>
    /// zstd comes in a package of one version, so its bytes are the same on every machine too. Pages of full size: small ones compress
    /// alike under many versions. A new version of the package gets a new hash here, in docs/decisions.md and in the change log.
    /// </summary>
    [Fact]
    public void Write_zstdOfThePackage_givesBytesOfThisVersion()
    {
        byte[] file = SampleFile.Write(20_000, new() { Codec = ParquetCodec.Zstd });
        Assert.Equal("1.5.7", CodecVersions.Zstd);
        Assert.Equal("39aac3c31131cc8409199b4f7125a908769025747e38875804f4985b7482e318", Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    [Fact]
    public void EndRow_columnWithoutValue_throwsNamingIt()
    {
        using ParquetWriter writer = new(new MemoryStream(), SampleFile.Schema);
        writer.AppendBoolean(0, true);
        Assert.Contains("'number'", Assert.Throws<InvalidOperationException>(writer.EndRow).Message);
    }

    [Fact]
    public void Append_secondValueWrongTypeOrNull_throws()
    {
        using ParquetWriter writer = new(new MemoryStream(), SampleFile.Schema);
        writer.AppendInt32(1, 5);
        Assert.Throws<InvalidOperationException>(() => writer.AppendInt32(1, 6));
        Assert.Throws<InvalidOperationException>(() => writer.AppendInt32(2, 6));
        Assert.Throws<InvalidOperationException>(() => writer.AppendNull(3));
        Assert.Throws<InvalidOperationException>(() => writer.AppendString(7, "an element without its list"));
        Assert.Throws<InvalidOperationException>(() => writer.AppendElement("an element without its list"u8));
        Assert.Throws<InvalidOperationException>(writer.FlushRowGroup);
        writer.BeginList(7);
        Assert.Throws<InvalidOperationException>(() => writer.AppendDouble(3, 0));
    }

    [Fact]
    public void Dispose_withoutClose_leavesNoReadableFile()
    {
        MemoryStream stream = new();
        using (ParquetWriter writer = new(stream, SampleFile.Schema))
        {
            SampleFile.AppendRow(writer, 0);
            writer.FlushRowGroup();
        }

        Assert.True(stream.Length > 100);
        Assert.Throws<ParquetException>(() => new ParquetReader(stream));
    }

    [Fact]
    public void Close_thenAppend_throws()
    {
        using ParquetWriter writer = new(new MemoryStream(), SampleFile.Schema);
        writer.Close();
        Assert.Throws<ObjectDisposedException>(() => writer.AppendInt32(1, 1));
        Assert.Throws<ObjectDisposedException>(writer.Close);
    }

    [Fact]
    public void RowGroups_ofBoundedBytes_endAtTheRowThatReachesThem()
    {
        MemoryStream stream = new();
        using (ParquetWriter writer = new(stream, new(new ParquetColumn("text", ParquetType.String)), new() { RowGroupBytes = 10_000 }))
        {
            for (int i = 0; i < 100; i++)
            {
                writer.AppendBinary(0, new byte[996]); // 1,000 with its length: ten make a row group
                writer.EndRow();
            }

            writer.Close();
        }

        using ParquetReader reader = new(stream);
        Assert.Equal(Enumerable.Repeat(10L, 10), Enumerable.Range(0, reader.RowGroupCount).Select(reader.RowGroupRows));
    }

    [Theory]
    [InlineData(0, 1 << 20, 3)]
    [InlineData(1 << 20, 1, 3)]
    [InlineData(1 << 20, 1 << 20, 0)]
    public void Options_outOfRange_throw(long rowGroup, int page, int level) => Assert.Throws<ArgumentException>(() =>
        new ParquetWriter(new MemoryStream(), SampleFile.Schema, new() { RowGroupBytes = rowGroup, PageBytes = page, Level = level }));
}
