using System.Buffers.Binary;

namespace DataForge.Corpus.Parquet;

/// <summary>A byte array that grows as it is appended to, and keeps its memory when cleared.</summary>
internal sealed class ByteBuffer
{
    private byte[] bytes;

    public ByteBuffer(int capacity = 256) => bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => bytes.AsSpan(0, Length);

    public ReadOnlySpan<byte> this[Range range] => Span[range];

    public void Clear() => Length = 0;

    public void Add(byte value) => Take(1)[0] = value;

    public void Add(ReadOnlySpan<byte> values) => values.CopyTo(Take(values.Length));

    public void AddInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void AddInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Appends <paramref name="count"/> bytes of unspecified content and returns them to be filled.</summary>
    /// <exception cref="InvalidOperationException">The buffer would pass 2 GiB.</exception>
    public Span<byte> Take(int count)
    {
        if (count > bytes.Length - Length)
        {
            Grow(count);
        }

        Span<byte> taken = bytes.AsSpan(Length, count);
        Length += count;
        return taken;
    }

    /// <summary>Bytes appended before, to be filled in.</summary>
    public Span<byte> Writable(int start, int count) => bytes.AsSpan(0, Length).Slice(start, count);

    /// <summary>Gives back the last <paramref name="count"/> bytes.</summary>
    public void Drop(int count) => Length -= count;

    private void Grow(int count)
    {
        long needed = (long)Length + count;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException("a column's values in one row group pass 2 GiB");
        }

        // Doubling: pages of the new array that are never written are never resident, so the slack costs address space only.
        byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(needed, 2L * bytes.Length), Array.MaxLength));
        Span.CopyTo(larger);
        bytes = larger;
    }
}
