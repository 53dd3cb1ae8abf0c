using System.Buffers;
using System.Buffers.Binary;

namespace DataForge.Parquet;

/// <summary>Pooled bytes that grow as they are appended to, and keep their memory when cleared.</summary>
/// <param name="usualMaximum">
/// A size seldom passed: growth goes there in one step from half of it, so that a full buffer is not copied into twice its size.
/// </param>
internal sealed class ByteBuffer(int usualMaximum = 0) : IDisposable
{
    private byte[] bytes = [];

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

    public void Dispose()
    {
        Return();
        bytes = [];
        Length = 0;
    }

    private void Grow(int count)
    {
        long needed = (long)Length + count;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException("a column's values in one row group pass 2 GiB");
        }

        long capacity = Math.Max(needed, Math.Max(256, 2L * bytes.Length));
        if (needed <= usualMaximum && capacity > usualMaximum / 2)
        {
            capacity = usualMaximum;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(capacity, Array.MaxLength));
        Span.CopyTo(larger);
        Return();
        bytes = larger;
    }

    private void Return()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
