namespace DataForge.Parquet;

/// <summary>Limits and checks of a reader.</summary>
public sealed record ParquetReaderOptions
{
    /// <summary>
    /// The memory, in bytes, that the footer and one row group may take. A file that needs more is refused before the memory is
    /// allocated. Null, the default: 96 MiB, and 32 bytes for each byte of the column chunks read. Compressed text grows four- to tenfold,
    /// so that honest files stay far below the limit, and a small file cannot exhaust a machine's memory.
    /// </summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Whether a page's CRC-32 is checked, where the file has one. Default: true.</summary>
    public bool VerifyChecksums { get; init; } = true;

    /// <summary>The limit for column chunks of so many bytes in the file.</summary>
    internal long LimitFor(long storedBytes) => MemoryLimit ?? (96L << 20) + 32 * storedBytes;

    /// <summary>Metadata objects take well below eight times the bytes that describe them.</summary>
    internal long LimitForFooter(long storedBytes) => MemoryLimit ?? (96L << 20) + 8 * storedBytes;
}
