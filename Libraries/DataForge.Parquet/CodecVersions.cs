using DataForge.Parquet.Codecs;

namespace DataForge.Parquet;

/// <summary>
/// The versions of the codecs behind <see cref="ParquetCodec"/>. With the same versions and options, the same rows become the same bytes.
/// </summary>
public static class CodecVersions
{
    /// <summary>The version of zstd, such as <c>1.5.7</c>.</summary>
    /// <exception cref="DllNotFoundException">The package's native library does not load on this machine.</exception>
    public static string Zstd => ZstdLibrary.Version;
}
