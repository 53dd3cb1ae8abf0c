using System.Buffers;
using System.IO.Compression;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Codecs;

/// <summary>
/// Decompresses pages of every codec of https://github.com/apache/parquet-format/blob/master/Compression.md except LZO. A page must have
/// exactly the size that its header states.
/// </summary>
internal sealed class PageDecompressor : IDisposable
{
    private ZstdDecompressor? _zstd;

    /// <summary>Decompresses a page into <paramref name="target"/>, which it must fill exactly.</summary>
    /// <exception cref="ParquetException">The page is malformed, of another size, or of a codec that is not supported.</exception>
    public void Decompress(CompressionCodec codec, ReadOnlySpan<byte> source, Span<byte> target)
    {
        switch (codec)
        {
            case CompressionCodec.Uncompressed:
                RequireSize(source.Length, target.Length);
                source.CopyTo(target);
                break;
            case CompressionCodec.Snappy:
                SnappyDecoder.Decompress(source, target);
                break;
            case CompressionCodec.Gzip:
                Gunzip(source, target);
                break;
            case CompressionCodec.Brotli:
                bool complete = BrotliDecoder.TryDecompress(source, target, out int written);
                RequireSize(complete ? written : -1, target.Length);
                break;
            case CompressionCodec.Zstd:
                (_zstd ??= new ZstdDecompressor()).Decompress(source, target);
                break;
            case CompressionCodec.Lz4Raw:
                Lz4Decoder.Decompress(source, target);
                break;
            case CompressionCodec.Lz4:
                Lz4Decoder.DecompressHadoop(source, target);
                break;
            default:
                throw new ParquetException($"unsupported feature: compression codec {codec}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _zstd?.Dispose();

    /// <summary>Decompresses one or more gzip members (RFC 1952).</summary>
    private static void Gunzip(ReadOnlySpan<byte> source, Span<byte> target)
    {
        byte[] input = ArrayPool<byte>.Shared.Rent(source.Length);
        try
        {
            source.CopyTo(input);
            using GZipStream gzip = new(new MemoryStream(input, 0, source.Length), CompressionMode.Decompress);
            int read = gzip.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            RequireSize(gzip.ReadByte() < 0 ? read : -1, target.Length);
        }
        catch (InvalidDataException fault)
        {
            throw new ParquetException("gzip: " + fault.Message, fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(input);
        }
    }

    private static void RequireSize(int size, int expected)
    {
        if (size != expected)
        {
            throw new ParquetException($"a page does not decompress to the {expected} bytes that its header states");
        }
    }
}
