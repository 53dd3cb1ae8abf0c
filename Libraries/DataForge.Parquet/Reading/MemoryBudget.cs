namespace DataForge.Parquet.Reading;

/// <summary>
/// Counts the memory that a file makes a reader allocate, and refuses what exceeds a limit before it is allocated. Buffers are counted with
/// the size that they really have, so the limit holds.
/// </summary>
internal sealed class MemoryBudget(long limit)
{
    private long _taken;

    /// <summary>Charges bytes that are about to be allocated.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="what">What they are for, for the message.</param>
    /// <exception cref="ParquetException">The bytes would exceed the limit.</exception>
    public void Take(long bytes, string what)
    {
        if (bytes < 0 || bytes > limit - _taken)
        {
            throw new ParquetException(
                $"{what} would take {bytes:N0} bytes in addition to {_taken:N0}, above the limit of {limit:N0} "
                + $"({nameof(ParquetReaderOptions)}.{nameof(ParquetReaderOptions.MemoryLimit)})");
        }

        _taken += bytes;
    }

    /// <summary>Returns bytes that were freed.</summary>
    public void Return(long bytes) => _taken -= bytes;
}
