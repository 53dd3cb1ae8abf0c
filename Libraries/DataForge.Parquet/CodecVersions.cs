using DataForge.Parquet.Codecs;

namespace DataForge.Parquet;

/// <summary>
/// The versions of the codecs behind <see cref="ParquetCodec"/>. With the same versions and options, the same rows become the same bytes.
/// </summary>
public static class CodecVersions
{
    /// <summary>The version of zstd, such as <c>1.5.4</c>.</summary>
    public static string Zstd => ZstdLibrary.Version;
}
