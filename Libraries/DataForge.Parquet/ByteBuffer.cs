using System.Buffers.Binary;

namespace DataForge.Parquet;

/// <summary>A growing buffer of pooled bytes; it keeps its memory when it is cleared.</summary>
/// <param name="usualMaximum">
/// A size that the buffer rarely exceeds. From a quarter of it the buffer grows to it in one step, so that an almost full buffer is not
/// copied into one of twice its size, and arrays of few sizes are in use.
/// </param>
internal sealed class ByteBuffer(int usualMaximum = 0) : IDisposable
{
    private byte[] _bytes = [];

    /// <summary>Bytes appended so far.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes appended so far; valid until the next append.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>A part of the bytes appended so far; valid until the next append.</summary>
    public ReadOnlySpan<byte> this[Range range] => Span[range];

    /// <summary>Empties the buffer and keeps its memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Appends a byte.</summary>
    public void Add(byte value) => Take(1)[0] = value;

    /// <summary>Appends bytes.</summary>
    public void Add(ReadOnlySpan<byte> values) => values.CopyTo(Take(values.Length));

    /// <summary>Appends four bytes, little-endian.</summary>
    public void AddInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    /// <summary>Appends eight bytes, little-endian.</summary>
    public void AddInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Appends <paramref name="count"/> bytes of unspecified content and returns them to be filled.</summary>
    /// <exception cref="InvalidOperationException">The buffer would exceed 2 GiB.</exception>
    public Span<byte> Take(int count)
    {
        if (count > _bytes.Length - Length)
        {
            Grow(count);
        }

        Span<byte> taken = _bytes.AsSpan(Length, count);
        Length += count;
        return taken;
    }

    /// <summary>Bytes appended earlier, to be overwritten.</summary>
    public Span<byte> Writable(int start, int count) => _bytes.AsSpan(0, Length).Slice(start, count);

    /// <summary>Removes the last <paramref name="count"/> bytes.</summary>
    public void Drop(int count) => Length -= count;

    /// <inheritdoc/>
    public void Dispose()
    {
        Return();
        _bytes = [];
        Length = 0;
    }

    private void Grow(int count)
    {
        long needed = (long)Length + count;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException("a column's values in one row group exceed 2 GiB");
        }

        long capacity = Math.Max(needed, Math.Max(256, 2L * _bytes.Length));
        if (needed <= usualMaximum && capacity > usualMaximum / 4)
        {
            capacity = usualMaximum;
        }

        byte[] larger = BytePool.Rent((int)Math.Min(capacity, Array.MaxLength));
        Span.CopyTo(larger);
        Return();
        _bytes = larger;
    }

    private void Return()
    {
        if (_bytes.Length > 0)
        {
            BytePool.Return(_bytes);
        }
    }
}
