namespace DataForge.Parquet;

/// <summary>What a reader allows a file to make it do.</summary>
public sealed record ParquetReaderOptions
{
    /// <summary>
    /// Bytes of memory that the footer and one row group read from it may take; a file that claims more is refused before the memory is
    /// taken. Null, the default: 96 MiB, and 32 bytes more for each byte of the column chunks read. Compressed text grows four- to tenfold,
    /// so files that mean well stay far below, and a small file cannot take a machine's memory.
    /// </summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Whether a page's CRC-32 is checked where the file has one. Default true.</summary>
    public bool VerifyChecksums { get; init; } = true;

    internal long LimitFor(long storedBytes) => MemoryLimit ?? (96L << 20) + 32 * storedBytes;

    /// <summary>Metadata objects take at most eight times the bytes that describe them, with room to spare.</summary>
    internal long LimitForFooter(long storedBytes) => MemoryLimit ?? (96L << 20) + 8 * storedBytes;
}
