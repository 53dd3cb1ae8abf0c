using ZstdNet;

namespace DataForge.Parquet.Codecs;

/// <summary>A zstd compression context: one thread, one level. The same input gives the same output.</summary>
internal sealed class ZstdCompressor : IDisposable
{
    private readonly Compressor _compressor;

    /// <param name="level">1 to 19.</param>
    /// <exception cref="DllNotFoundException">The package's native library does not load on this machine.</exception>
    public ZstdCompressor(int level)
    {
        ZstdLibrary.Require();
        _compressor = new Compressor(new CompressionOptions(level));
    }

    /// <summary>Appends one zstd frame that holds <paramref name="source"/>.</summary>
    public void Compress(ReadOnlySpan<byte> source, ByteBuffer output)
    {
        int bound = checked((int)Compressor.GetCompressBoundLong((ulong)source.Length));
        int written = _compressor.Wrap(source, output.Take(bound));
        output.Drop(bound - written);
    }

    /// <inheritdoc/>
    public void Dispose() => _compressor.Dispose();
}

/// <summary>A zstd decompression context, for one thread at a time.</summary>
internal sealed class ZstdDecompressor : IDisposable
{
    private readonly Decompressor _decompressor;

    /// <summary>Creates a context.</summary>
    /// <exception cref="DllNotFoundException">The package's native library does not load on this machine.</exception>
    public ZstdDecompressor()
    {
        ZstdLibrary.Require();
        _decompressor = new Decompressor();
    }

    /// <summary>
    /// Decompresses frames that must fill <paramref name="target"/> exactly. In one call zstd needs no window beside the target.
    /// </summary>
    /// <exception cref="ParquetException">The frames are malformed or of another size.</exception>
    public void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int written;
        try
        {
            written = _decompressor.Unwrap(source, target, bufferSizePrecheck: false);
        }
        catch (ZstdException fault)
        {
            throw new ParquetException("zstd: " + fault.Message, fault);
        }

        if (written != target.Length)
        {
            throw new ParquetException($"zstd: the page has {written} bytes, its header states {target.Length}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decompressor.Dispose();
}
