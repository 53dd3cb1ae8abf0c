namespace DataForge.Parquet.Reading;

/// <summary>
/// Counts the memory that a file's claims make a reader take, and refuses a claim before the memory is taken. Buffers are counted at
/// the size they really have, so the sum is a true bound.
/// </summary>
internal sealed class MemoryBudget(long limit)
{
    private long taken;

    /// <exception cref="ParquetException">The bytes taken would pass the limit.</exception>
    public void Take(long bytes, string what)
    {
        if (bytes < 0 || bytes > limit - taken)
        {
            throw new ParquetException(
                $"{what} would take {bytes:N0} bytes beside {taken:N0} taken, above the limit of {limit:N0} "
                + $"({nameof(ParquetReaderOptions)}.{nameof(ParquetReaderOptions.MemoryLimit)})");
        }

        taken += bytes;
    }

    public void Give(long bytes) => taken -= bytes;
}
