namespace DataForge.Parquet;

/// <summary>How the writer compresses pages. The reader supports Brotli, LZ4_RAW and Hadoop's LZ4 as well.</summary>
public enum ParquetCodec
{
    /// <summary>No compression.</summary>
    None,

    /// <summary>Snappy: fast, weak.</summary>
    Snappy,

    /// <summary>Gzip, in .NET's implementation.</summary>
    Gzip,

    /// <summary>Zstandard, in the native library of the package ZstdNet.</summary>
    Zstd,
}

/// <summary>
/// How a file is laid out. The same rows under the same options give the same bytes, as long as the version of the codec is the same:
/// zstd (<see cref="CodecVersions"/>) and gzip may compress differently from one version to the next, the others do not.
/// </summary>
public sealed record ParquetWriterOptions
{
    /// <summary>The codec of every page. Default zstd.</summary>
    public ParquetCodec Codec { get; init; } = ParquetCodec.Zstd;

    /// <summary>Compression level: 1 to 19 for zstd, 1 to 9 for gzip, unused by the others. Default 3.</summary>
    public int Level { get; init; } = 3;

    /// <summary>
    /// A row group ends with the row at which its uncompressed values reach this many bytes. Default 64 MiB; 1 KiB to 1 GiB.
    /// </summary>
    public long RowGroupBytes { get; init; } = 64L << 20;

    /// <summary>A data page holds at most this many bytes of encoded values, but at least one row. Default 1 MiB; 64 B to 64 MiB.</summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>
    /// A column whose dictionary would be larger than this is written plain; 0 turns dictionaries off. Default 1 MiB; at most 64 MiB.
    /// </summary>
    public int DictionaryBytes { get; init; } = 1 << 20;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    internal void Validate()
    {
        Check(Enum.IsDefined(Codec), nameof(Codec), "a known codec");
        Check(Codec != ParquetCodec.Zstd || Level is >= 1 and <= 19, nameof(Level), "1 to 19 for zstd");
        Check(Codec != ParquetCodec.Gzip || Level is >= 1 and <= 9, nameof(Level), "1 to 9 for gzip");
        Check(RowGroupBytes is >= 1 << 10 and <= 1L << 30, nameof(RowGroupBytes), "1 KiB to 1 GiB");
        Check(PageBytes is >= 64 and <= 64 << 20, nameof(PageBytes), "64 B to 64 MiB");
        Check(DictionaryBytes is >= 0 and <= 64 << 20, nameof(DictionaryBytes), "0 to 64 MiB");
    }

    private static void Check(bool valid, string option, string range)
    {
        if (!valid)
        {
            throw new ArgumentException($"{nameof(ParquetWriterOptions)}.{option} must be {range}");
        }
    }
}
