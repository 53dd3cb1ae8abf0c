using System.IO.Compression;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Codecs;

/// <summary>Compresses pages with one codec at one level.</summary>
internal sealed class PageCompressor : IDisposable
{
    private readonly ParquetCodec _codec;
    private readonly int _level;
    private readonly ZstdCompressor? _zstd;
    private readonly SnappyEncoder? _snappy;

    /// <param name="codec">The codec of every page.</param>
    /// <param name="level">The compression level, where the codec has levels.</param>
    /// <exception cref="InvalidOperationException">zstd does not know the level.</exception>
    public PageCompressor(ParquetCodec codec, int level)
    {
        _codec = codec;
        _level = level;
        _zstd = codec == ParquetCodec.Zstd ? new ZstdCompressor(level) : null;
        _snappy = codec == ParquetCodec.Snappy ? new SnappyEncoder() : null;
    }

    /// <summary>The codec as the footer names it.</summary>
    public CompressionCodec Codec => _codec switch
    {
        ParquetCodec.None => CompressionCodec.Uncompressed,
        ParquetCodec.Snappy => CompressionCodec.Snappy,
        ParquetCodec.Gzip => CompressionCodec.Gzip,
        _ => CompressionCodec.Zstd,
    };

    /// <summary>The page as it is stored; valid until <paramref name="scratch"/> is used again.</summary>
    public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page, ByteBuffer scratch)
    {
        scratch.Clear();
        switch (_codec)
        {
            case ParquetCodec.None:
                return page;
            case ParquetCodec.Snappy:
                _snappy!.Compress(page, scratch);
                break;
            case ParquetCodec.Gzip:
                Gzip(page, scratch);
                break;
            default:
                _zstd!.Compress(page, scratch);
                break;
        }

        return scratch.Span;
    }

    /// <inheritdoc/>
    public void Dispose() => _zstd?.Dispose();

    /// <summary>
    /// One gzip member (RFC 1952) with a header that names no time, file or operating system, so that every machine writes the same bytes.
    /// </summary>
    private void Gzip(ReadOnlySpan<byte> page, ByteBuffer scratch)
    {
        ReadOnlySpan<byte> header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
        scratch.Add(header);
        using (DeflateStream deflate = new(new ByteBufferStream(scratch), new ZLibCompressionOptions { CompressionLevel = _level }))
        {
            deflate.Write(page);
        }

        scratch.AddInt32((int)Crc32.Compute(page));
        scratch.AddInt32(page.Length);
    }

    /// <summary>A stream that appends to a <see cref="ByteBuffer"/>.</summary>
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
