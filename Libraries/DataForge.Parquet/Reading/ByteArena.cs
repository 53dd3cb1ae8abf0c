namespace DataForge.Parquet.Reading;

/// <summary>Pooled bytes that pages are decompressed into. Offsets stay valid when it grows; spans do not.</summary>
internal sealed class ByteArena(MemoryBudget budget) : IDisposable
{
    private long _charged;
    private int _expected;

    /// <summary>The pooled array, of which the first <see cref="Length"/> bytes are in use.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>Bytes in use.</summary>
    public int Length { get; private set; }

    /// <summary>Allocates for a total known in advance; a wrong one costs a later growth and nothing else.</summary>
    /// <param name="expected">The total, if what states it is right.</param>
    /// <param name="trusted">As much of it as is allocated at once.</param>
    public void Prepare(int expected, int trusted)
    {
        _expected = expected;
        if (trusted > Bytes.Length)
        {
            Resize(trusted);
        }
    }

    /// <summary>Appends <paramref name="count"/> bytes of unspecified content and returns their offset.</summary>
    public int Reserve(int count)
    {
        long needed = (long)Length + count;
        if (needed > Bytes.Length)
        {
            if (needed > Array.MaxLength)
            {
                throw new ParquetException("unsupported feature: a column's values in one row group exceed 2 GiB");
            }

            // The array at most doubles, and does not grow beyond the expected total as long as that suffices.
            long doubled = 2L * Bytes.Length;
            long capacity = needed <= _expected ? Math.Min(doubled, _expected) : doubled;
            Resize((int)Math.Min(Math.Max(needed, capacity), Array.MaxLength));
        }

        int start = Length;
        Length += count;
        return start;
    }

    /// <summary>Bytes from an offset on; valid until the arena grows.</summary>
    public Span<byte> Span(int start, int count) => Bytes.AsSpan(start, count);

    /// <summary>Empties the arena and keeps its memory.</summary>
    public void Clear() => Length = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Bytes.Length > 0)
        {
            budget.Return(_charged);
            BytePool.Return(Bytes);
        }

        Bytes = [];
        Length = 0;
    }

    private void Resize(int capacity)
    {
        // Charged is a new array's size, so that which files are refused does not depend on the arrays that the pool has.
        long size = BytePool.SizeOf(capacity);
        budget.Take(size, "a column's pages");
        byte[] larger = BytePool.Rent(capacity);
        Bytes.AsSpan(0, Length).CopyTo(larger);
        if (Bytes.Length > 0)
        {
            budget.Return(_charged);
            BytePool.Return(Bytes);
        }

        Bytes = larger;
        _charged = size;
    }
}
