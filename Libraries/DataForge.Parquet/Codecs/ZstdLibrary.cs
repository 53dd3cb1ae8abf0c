using System.Runtime.InteropServices;

namespace DataForge.Parquet.Codecs;

/// <summary>
/// The system's libzstd, bound by hand through its stable C API (https://facebook.github.io/zstd/zstd_manual.html).
/// Functions are looked up once; the library stays loaded.
/// </summary>
internal static unsafe class ZstdLibrary
{
    /// <summary>zstd.h <c>ZSTD_cParameter</c>.</summary>
    public const int CompressionLevel = 100;

    private static readonly string[] Names =
        ["libzstd.so.1", "libzstd.so", "libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "libzstd.dll", "zstd.dll"];

    private static readonly Lazy<nint> Handle = new(Load);

    /// <summary>Creates a compression context; 0 where there is no memory.</summary>
    public static readonly delegate* unmanaged[Cdecl]<nint> CreateCCtx = (delegate* unmanaged[Cdecl]<nint>)Export("ZSTD_createCCtx");

    /// <summary>Frees a compression context.</summary>
    public static readonly delegate* unmanaged[Cdecl]<nint, nuint> FreeCCtx =
        (delegate* unmanaged[Cdecl]<nint, nuint>)Export("ZSTD_freeCCtx");

    /// <summary>Sets a parameter (<see cref="CompressionLevel"/>) of a compression context: context, parameter, value.</summary>
    public static readonly delegate* unmanaged[Cdecl]<nint, int, int, nuint> SetParameter =
        (delegate* unmanaged[Cdecl]<nint, int, int, nuint>)Export("ZSTD_CCtx_setParameter");

    /// <summary>Compresses into one frame: context, target, its capacity, source, its length; returns the bytes written.</summary>
    public static readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, nuint> Compress2 =
        (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, nuint>)Export("ZSTD_compress2");

    /// <summary>The most bytes that a frame of so many source bytes can have.</summary>
    public static readonly delegate* unmanaged[Cdecl]<nuint, nuint> CompressBound =
        (delegate* unmanaged[Cdecl]<nuint, nuint>)Export("ZSTD_compressBound");

    /// <summary>Creates a decompression context; 0 where there is no memory.</summary>
    public static readonly delegate* unmanaged[Cdecl]<nint> CreateDCtx = (delegate* unmanaged[Cdecl]<nint>)Export("ZSTD_createDCtx");

    /// <summary>Frees a decompression context.</summary>
    public static readonly delegate* unmanaged[Cdecl]<nint, nuint> FreeDCtx =
        (delegate* unmanaged[Cdecl]<nint, nuint>)Export("ZSTD_freeDCtx");

    /// <summary>Decompresses all frames: context, target, its capacity, source, its length; returns the bytes written.</summary>
    public static readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, nuint> DecompressDCtx =
        (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, nuint>)Export("ZSTD_decompressDCtx");

    private static readonly delegate* unmanaged[Cdecl]<nuint, uint> IsError =
        (delegate* unmanaged[Cdecl]<nuint, uint>)Export("ZSTD_isError");

    private static readonly delegate* unmanaged[Cdecl]<nuint, byte*> ErrorName =
        (delegate* unmanaged[Cdecl]<nuint, byte*>)Export("ZSTD_getErrorName");

    private static readonly delegate* unmanaged[Cdecl]<byte*> VersionString =
        (delegate* unmanaged[Cdecl]<byte*>)Export("ZSTD_versionString");

    /// <summary>The library's version, as "1.5.4".</summary>
    public static string Version => Marshal.PtrToStringUTF8((nint)VersionString()) ?? "";

    /// <summary>The error that a function's result stands for, or null where the result is a size.</summary>
    public static string? Error(nuint result) =>
        IsError(result) == 0 ? null : Marshal.PtrToStringUTF8((nint)ErrorName(result)) ?? "unknown";

    private static nint Export(string name) => NativeLibrary.GetExport(Handle.Value, name);

    private static nint Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                return handle;
            }
        }

        throw new DllNotFoundException(
            "libzstd was not found (Debian: apt install libzstd1; macOS: brew install zstd); tried " + string.Join(", ", Names));
    }
}
