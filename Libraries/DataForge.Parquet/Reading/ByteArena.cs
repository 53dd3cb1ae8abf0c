using System.Buffers;
using System.Numerics;

namespace DataForge.Parquet.Reading;

/// <summary>Pooled bytes that pages are decompressed into. Offsets stay good while it grows; spans do not.</summary>
internal sealed class ByteArena(MemoryBudget budget) : IDisposable
{
    public byte[] Bytes { get; private set; } = [];

    public int Length { get; private set; }

    /// <summary>What the pool takes for an array of that many bytes: the next power of two, as far as it goes.</summary>
    public static long Rounded(long bytes) => bytes <= 1 << 30 ? (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(16, bytes)) : bytes;

    /// <summary>Makes room for a total known in advance; a wrong one costs a later growth and nothing else.</summary>
    public void Prepare(int capacity)
    {
        if (capacity > Bytes.Length)
        {
            Resize(capacity);
        }
    }

    /// <summary>Takes <paramref name="count"/> bytes of unspecified content and returns where they begin.</summary>
    public int Reserve(int count)
    {
        long needed = (long)Length + count;
        if (needed > Bytes.Length)
        {
            if (needed > Array.MaxLength)
            {
                throw new ParquetException("unsupported feature: a column's values in one row group pass 2 GiB");
            }

            Resize((int)Math.Min(Math.Max(needed, 2L * Bytes.Length), Array.MaxLength));
        }

        int start = Length;
        Length += count;
        return start;
    }

    public Span<byte> Span(int start, int count) => Bytes.AsSpan(start, count);

    public void Clear() => Length = 0;

    public void Dispose()
    {
        if (Bytes.Length > 0)
        {
            budget.Give(Bytes.Length);
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
            budget.Give(Bytes.Length);
            ArrayPool<byte>.Shared.Return(Bytes);
        }

        Bytes = larger;
    }
}
