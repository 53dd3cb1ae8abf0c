using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Corpus.Tests;

public sealed class WholeGzipStreamTests
{
    [Fact]
    public void Read_wholeFile_givesTheText()
    {
        byte[] text = RandomNumberGenerator.GetBytes(300_000);
        foreach (int length in (int[])[0, 1, 79, 80, 81, 65_535, 65_536, 65_537, 300_000])
        {
            Assert.Equal(text[..length], Unpack(Pack(text[..length], CompressionLevel.Fastest)));
        }
    }

    [Fact]
    public void Read_severalMembers_givesTheTextOfAll()
    {
        byte[] packed = [.. Pack("one "u8, CompressionLevel.Optimal), .. Pack(default, CompressionLevel.Optimal), .. Pack("two"u8, CompressionLevel.Optimal)];
        Assert.Equal("one two"u8.ToArray(), Unpack(packed));
    }

    // Also with blocks that are stored and not compressed, where any bytes that follow are taken for text.
    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void Read_cutOffAtAnyByte_fails(CompressionLevel level)
    {
        byte[] packed = Pack(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(i => $"x{i} = {i * i}\n"))), level);
        for (int length = 0; length < packed.Length; length++)
        {
            Assert.Throws<DataForgeException>(() => Unpack(packed[..length]));
        }
    }

    [Fact]
    public void Read_laterMemberCutOffAtAnyByte_fails()
    {
        byte[] one = Pack("one"u8, CompressionLevel.Optimal);
        byte[] both = [.. one, .. Pack("two two two two two"u8, CompressionLevel.Optimal)];
        for (int length = one.Length + 1; length < both.Length; length++)
        {
            Assert.Throws<DataForgeException>(() => Unpack(both[..length]));
        }
    }

    private static byte[] Pack(ReadOnlySpan<byte> text, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level))
        {
            // Without a write, .NET writes no member at all.
            gzip.Write(text);
        }

        return packed.ToArray() is { Length: > 0 } bytes ? bytes : [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var unpacked = new MemoryStream();
        using var gzip = new WholeGzipStream(new MemoryStream(packed), "rows.gz");
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
