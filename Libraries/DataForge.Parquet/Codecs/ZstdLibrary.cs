using System.Runtime.InteropServices;
using ZstdNet;

namespace DataForge.Parquet.Codecs;

/// <summary>
/// The native library that the package ZstdNet carries for each system. One version of the package is one version of zstd, so a machine's
/// own libzstd decides no bytes.
/// </summary>
internal static unsafe class ZstdLibrary
{
    private static readonly Lazy<string> Loaded = new(ReadVersion);

    /// <summary>The library's version, as "1.5.7".</summary>
    /// <exception cref="DllNotFoundException">It does not load on this machine.</exception>
    public static string Version => Loaded.Value;

    /// <summary>Loads the library, where it is not loaded yet.</summary>
    /// <exception cref="DllNotFoundException">It does not load on this machine.</exception>
    public static void Require() => _ = Loaded.Value;

    // The package has no call for the version. Asking the library that its calls are bound to also notices where another one was found.
    private static string ReadVersion()
    {
        if (!NativeLibrary.TryLoad("libzstd", typeof(Compressor).Assembly, null, out nint library))
        {
            throw new DllNotFoundException(
                "zstd of the package ZstdNet does not load here: on Linux it needs x64 or arm64 and glibc 2.34 or newer "
                + "(Debian 12, Ubuntu 22.04, RHEL 9)");
        }

        var versionString = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "ZSTD_versionString");
        return Marshal.PtrToStringUTF8(versionString())!;
    }
}
