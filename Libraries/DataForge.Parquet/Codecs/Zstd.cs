using System.Runtime.InteropServices;

namespace DataForge.Parquet.Codecs;

/// <summary>A zstd compression context: one thread, one level. The same inputs in the same order give the same outputs.</summary>
internal sealed unsafe class ZstdCompressor : SafeHandle
{
    /// <param name="level">1 to 19.</param>
    /// <exception cref="InvalidOperationException">zstd refuses the level.</exception>
    public ZstdCompressor(int level) : base(0, ownsHandle: true)
    {
        SetHandle(ZstdLibrary.CreateCCtx());
        if (IsInvalid || ZstdLibrary.Error(ZstdLibrary.SetParameter(handle, ZstdLibrary.CompressionLevel, level)) is not null)
        {
            throw new InvalidOperationException($"zstd could not create a compression context of level {level}");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Appends one zstd frame that holds <paramref name="source"/>.</summary>
    public void Compress(ReadOnlySpan<byte> source, ByteBuffer output)
    {
        int bound = checked((int)ZstdLibrary.CompressBound((nuint)source.Length));
        Span<byte> target = output.Take(bound);
        nuint written;
        fixed (byte* to = target, from = source)
        {
            written = ZstdLibrary.Compress2(handle, to, (nuint)target.Length, from, (nuint)source.Length);
        }

        GC.KeepAlive(this);
        if (ZstdLibrary.Error(written) is { } error)
        {
            throw new InvalidOperationException("zstd: " + error);
        }

        output.Drop(bound - (int)written);
    }

    protected override bool ReleaseHandle()
    {
        ZstdLibrary.FreeCCtx(handle);
        return true;
    }
}

/// <summary>A zstd decompression context, for one thread at a time.</summary>
internal sealed unsafe class ZstdDecompressor : SafeHandle
{
    /// <summary>Creates a context.</summary>
    public ZstdDecompressor() : base(0, ownsHandle: true)
    {
        SetHandle(ZstdLibrary.CreateDCtx());
        if (IsInvalid)
        {
            throw new InvalidOperationException("zstd could not create a decompression context");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>
    /// Decompresses frames that must fill <paramref name="target"/> exactly. In one call zstd needs no window beside the target.
    /// </summary>
    /// <exception cref="ParquetException">The frames are malformed or of another size.</exception>
    public void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        nuint written;
        fixed (byte* to = target, from = source)
        {
            written = ZstdLibrary.DecompressDCtx(handle, to, (nuint)target.Length, from, (nuint)source.Length);
        }

        GC.KeepAlive(this);
        if (ZstdLibrary.Error(written) is { } error)
        {
            throw new ParquetException("zstd: " + error);
        }

        if (written != (nuint)target.Length)
        {
            throw new ParquetException($"zstd: the page has {written} bytes, its header states {target.Length}");
        }
    }

    protected override bool ReleaseHandle()
    {
        ZstdLibrary.FreeDCtx(handle);
        return true;
    }
}
