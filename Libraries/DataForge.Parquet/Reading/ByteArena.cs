using System.Buffers;
using System.Numerics;

namespace DataForge.Parquet.Reading;

/// <summary>Pooled bytes that pages are decompressed into. Offsets stay valid when it grows; spans do not.</summary>
internal sealed class ByteArena(MemoryBudget budget) : IDisposable
{
    /// <summary>The pooled array, of which the first <see cref="Length"/> bytes are in use.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>Bytes in use.</summary>
    public int Length { get; private set; }

    /// <summary>The size of the array that the pool gives for so many bytes: the next power of two, up to 1 GiB.</summary>
    public static long Rounded(long bytes) => bytes <= 1 << 30 ? (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(16, bytes)) : bytes;

    /// <summary>Allocates for a total known in advance; a wrong one costs a later growth and nothing else.</summary>
    public void Prepare(int capacity)
    {
        if (capacity > Bytes.Length)
        {
            Resize(capacity);
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

            Resize((int)Math.Min(Math.Max(needed, 2L * Bytes.Length), Array.MaxLength));
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
            budget.Return(Bytes.Length);
            ArrayPool<byte>.Shared.Return(Bytes);
        }

        Bytes = [];
        Length = 0;
    }

    private void Resize(int capacity)
    {
        budget.Take(Rounded(capacity), "a column's pages");
        byte[] larger = ArrayPool<byte>.Shared.Rent(capacity);
        budget.Take(larger.Length - Rounded(capacity), "a column's pages");
        Bytes.AsSpan(0, Length).CopyTo(larger);
        if (Bytes.Length > 0)
        {
            budget.Return(Bytes.Length);
            ArrayPool<byte>.Shared.Return(Bytes);
        }

        Bytes = larger;
    }
}
