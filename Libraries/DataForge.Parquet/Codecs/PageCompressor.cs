using System.IO.Compression;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Codecs;

/// <summary>Compresses pages with one codec at one level.</summary>
internal sealed class PageCompressor : IDisposable
{
    private readonly ParquetCodec codec;
    private readonly int level;
    private readonly ZstdCompressor? zstd;
    private readonly SnappyEncoder? snappy;

    public PageCompressor(ParquetCodec codec, int level)
    {
        this.codec = codec;
        this.level = level;
        zstd = codec == ParquetCodec.Zstd ? new ZstdCompressor(level) : null;
        snappy = codec == ParquetCodec.Snappy ? new SnappyEncoder() : null;
    }

    public CompressionCodec Codec => codec switch
    {
        ParquetCodec.None => CompressionCodec.Uncompressed,
        ParquetCodec.Snappy => CompressionCodec.Snappy,
        ParquetCodec.Gzip => CompressionCodec.Gzip,
        _ => CompressionCodec.Zstd,
    };

    /// <summary>The page as it is stored; valid until <paramref name="scratch"/> is next used.</summary>
    public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page, ByteBuffer scratch)
    {
        scratch.Clear();
        switch (codec)
        {
            case ParquetCodec.None:
                return page;
            case ParquetCodec.Snappy:
                snappy!.Compress(page, scratch);
                break;
            case ParquetCodec.Gzip:
                Gzip(page, scratch);
                break;
            default:
                zstd!.Compress(page, scratch);
                break;
        }

        return scratch.Span;
    }

    public void Dispose() => zstd?.Dispose();

    /// <summary>One gzip member (RFC 1952) with a header that names no time, file or operating system, so that every machine writes the same.</summary>
    private void Gzip(ReadOnlySpan<byte> page, ByteBuffer scratch)
    {
        ReadOnlySpan<byte> header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
        scratch.Add(header);
        using (DeflateStream deflate = new(new ByteBufferStream(scratch), new ZLibCompressionOptions { CompressionLevel = level }))
        {
            deflate.Write(page);
        }

        scratch.AddInt32((int)Crc32.Compute(page));
        scratch.AddInt32(page.Length);
    }

    /// <summary>Lets a compressing stream write into a <see cref="ByteBuffer"/>.</summary>
    private sealed class ByteBufferStream(ByteBuffer buffer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => buffer.Length;

        public override long Position
        {
            get => buffer.Length;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] source, int offset, int count) => buffer.Add(source.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> source) => buffer.Add(source);

        public override void Flush()
        {
        }

        public override int Read(byte[] target, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
