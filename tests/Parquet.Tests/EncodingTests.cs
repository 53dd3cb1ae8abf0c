using DataForge.Parquet;
using DataForge.Parquet.Codecs;
using DataForge.Parquet.Encodings;
using DataForge.Parquet.Metadata;
using DataForge.Parquet.Thrift;
using DataForge.Parquet.Writing;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Parquet.Tests;

public class EncodingTests
{
    /// <summary>The check value that the catalogue of CRC algorithms gives for CRC-32/ISO-HDLC.</summary>
    [Fact]
    public void Crc32_ofDigits_isCataloguesCheckValue() => Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));

    [Fact]
    public void Crc32_ofAnyLength_equalsByteByByte()
    {
        // Long inputs are folded sixteen bytes at a time; single bytes never are.
        byte[] data = new byte[1_000];
        new Random(3).NextBytes(data);
        uint[] known = new uint[data.Length + 1];
        for (int i = 0; i < data.Length; i++)
        {
            known[i + 1] = Crc32.Append(known[i], data.AsSpan(i, 1));
            Assert.Equal(known[i + 1], Crc32.Compute(data.AsSpan(0, i + 1)));
            Assert.Equal(known[i + 1], Crc32.Append(known[i / 3], data.AsSpan((i / 3)..(i + 1))));
        }
    }

    [Fact]
    public void Crc32_inParts_equalsWhole() => Prop.ForAll<byte[], byte[]>((first, second) =>
        Crc32.Compute([.. first, .. second]) == Crc32.Append(Crc32.Compute(first), second)).QuickCheckThrowOnFailure();

    [Fact]
    public void RleDecode_ofEncoded_givesValues()
    {
        Gen<int[]> runs = Gen.Choose(0, 1000).SelectMany(value => Gen.Choose(1, 40).Select(count => Enumerable.Repeat(value, count).ToArray()));
        Prop.ForAll(runs.ListOf().Select(parts => parts.SelectMany(part => part).ToArray()).ToArbitrary(), values =>
        {
            using ByteBuffer buffer = new();
            int width = RleEncoder.BitWidth(values.Append(1).Max());
            RleEncoder.Encode<int>(values, width, buffer);
            int[] decoded = new int[values.Length];
            RleDecoder.Decode<int>(buffer.Span, width, decoded);
            return decoded.SequenceEqual(values);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(65_536)]
    [InlineData(200_000)]
    public void Snappy_ofCompressed_givesBytes(int length)
    {
        byte[] noise = new byte[length];
        new Random(length).NextBytes(noise);
        byte[] text = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, length / 8).Select(i => $"def f{i % 97}(self):\n")));
        foreach (byte[] bytes in (byte[][])[noise, text, new byte[length]])
        {
            using ByteBuffer buffer = new();
            new SnappyEncoder().Compress(bytes, buffer);
            byte[] decoded = new byte[bytes.Length];
            SnappyDecoder.Decompress(buffer.Span, decoded);
            Assert.Equal(bytes, decoded);
        }
    }

    /// <summary>The example of Encodings.md: 1 to 8, whose differences are all 1.</summary>
    [Fact]
    public void DeltaDecode_specificationsExample_givesOneToEight()
    {
        // Block of 128 values in 4 miniblocks, 8 values, first 1 (zigzag 2); minimum difference 1 (zigzag 2), all widths 0.
        byte[] encoded = [0x80, 0x01, 0x04, 0x08, 0x02, 0x02, 0, 0, 0, 0];
        long[] values = new long[8];
        Assert.Equal(encoded.Length, DeltaBinaryPacked.Decode(encoded, values));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], values);
    }

    [Fact]
    public void Bounds_ofLongText_encloseItAndStayValid() => Prop.ForAll<NonNull<string>>(part =>
    {
        byte[] value = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("aé€😀" + part.Get, 12)));
        byte[] lower = BoundTruncation.Lower(value, isText: true);
        byte[]? upper = BoundTruncation.Upper(value, isText: true);
        return lower.Length <= 64 && lower.AsSpan().SequenceCompareTo(value) <= 0 && System.Text.Unicode.Utf8.IsValid(lower)
            && (upper is null || (upper.Length <= 64 && upper.AsSpan().SequenceCompareTo(value) >= 0 && System.Text.Unicode.Utf8.IsValid(upper)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bounds_ofLongBytes_encloseThem()
    {
        byte[] high = [.. Enumerable.Repeat((byte)0xFF, 100)];
        Assert.Null(BoundTruncation.Upper(high, isText: false));
        high[10] = 7;
        Assert.Equal([.. Enumerable.Repeat((byte)0xFF, 10), 8], BoundTruncation.Upper(high, isText: false));
        Assert.Equal(high[..64], BoundTruncation.Lower(high, isText: false));
    }

    /// <summary>Once let through: a header that names its type twice, with the first type's sub-header between.</summary>
    [Fact]
    public void PageHeader_typeNamedTwice_isRefused()
    {
        using ByteBuffer buffer = new();
        CompactWriter writer = new(buffer);
        writer.BeginElement();
        writer.I32(1, (int)PageType.DataPage);
        writer.I32(2, 10);
        writer.I32(3, 10);
        writer.BeginStruct(5);
        writer.I32(1, 1);
        writer.EndStruct();
        writer.I32(1, (int)PageType.DataPageV2);
        writer.EndStruct();
        byte[] bytes = buffer.Span.ToArray();
        Assert.Throws<ParquetException>(() => PageHeader.Read(bytes, out _));
    }
}
