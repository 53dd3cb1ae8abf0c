using System.Buffers.Binary;
using System.Numerics;
using DataForge.Parquet.Encodings;

namespace DataForge.Parquet.Writing;

/// <summary>
/// Finds a column's distinct values, in the order of their first appearance, and each value's index among them
/// (Encodings.md, "Dictionary Encoding"). It gives up as soon as the dictionary is too large, so a column of
/// long or unique values costs no more than that.
/// </summary>
internal sealed class DictionaryBuilder : IDisposable
{
    /// <summary>Open addressing; an entry is a dictionary index plus one, 0 is free. The size is a power of two, at least twice the entries.</summary>
    private int[] slots = new int[1 << 10];

    /// <summary>Where each distinct value begins in <see cref="Values"/>.</summary>
    private int[] starts = new int[256];
    private int[] indices = new int[256];
    private int indexCount;

    /// <summary>The distinct values in the PLAIN encoding.</summary>
    public ByteBuffer Values { get; } = new();

    /// <summary>How many distinct values there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bits of an index; one for a single value, since some readers do not expect indices of no bits.</summary>
    public int BitWidth => Math.Max(1, RleEncoder.BitWidth(Count - 1));

    /// <summary>Each value's place in the dictionary.</summary>
    public ReadOnlySpan<int> Indices => indices.AsSpan(0, indexCount);

    /// <summary>
    /// True when a dictionary pays: it is within <paramref name="maxBytes"/>, and with its indices at most three quarters of the plain
    /// values (both before compression, which narrows the gap).
    /// </summary>
    public bool TryBuild(ColumnBuffer column, int maxBytes)
    {
        if (column.ValueCount == 0 || column.Column.Type == ParquetType.Boolean || maxBytes == 0)
        {
            return false;
        }

        Values.Clear();
        Count = 0;
        indexCount = 0;
        Array.Clear(slots);
        ReadOnlySpan<byte> plain = column.Values.Span;
        if (indices.Length < column.ValueCount)
        {
            indices = new int[Math.Max(column.ValueCount, 2 * indices.Length)];
        }

        for (int offset = 0; offset < plain.Length;)
        {
            int length = column.Width != 0 ? column.Width : 4 + BinaryPrimitives.ReadInt32LittleEndian(plain[offset..]);
            if (length > maxBytes)
            {
                return false;
            }

            indices[indexCount++] = IndexOf(plain.Slice(offset, length));
            if (Values.Length > maxBytes)
            {
                return false;
            }

            offset += length;
        }

        long encoded = Values.Length + ((long)BitWidth * indexCount / 8);
        return encoded <= plain.Length / 4L * 3;
    }

    public void Dispose() => Values.Dispose();

    private int IndexOf(ReadOnlySpan<byte> value)
    {
        int slot = (int)(Hash(value) & (uint)(slots.Length - 1));
        while (slots[slot] != 0)
        {
            int index = slots[slot] - 1;
            int end = index + 1 < Count ? starts[index + 1] : Values.Length;
            if (Values[starts[index]..end].SequenceEqual(value))
            {
                return index;
            }

            slot = (slot + 1) & (slots.Length - 1);
        }

        return Add(value, slot);
    }

    private int Add(ReadOnlySpan<byte> value, int slot)
    {
        if (Count == starts.Length)
        {
            Array.Resize(ref starts, 2 * Count);
        }

        starts[Count] = Values.Length;
        Values.Add(value);
        slots[slot] = ++Count;
        if (2 * Count > slots.Length)
        {
            Rehash();
        }

        return Count - 1;
    }

    private void Rehash()
    {
        slots = new int[2 * slots.Length];
        for (int index = 0; index < Count; index++)
        {
            int end = index + 1 < Count ? starts[index + 1] : Values.Length;
            int slot = (int)(Hash(Values[starts[index]..end]) & (uint)(slots.Length - 1));
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
            }

            slots[slot] = index + 1;
        }
    }

    /// <summary>Multiply and fold, eight bytes a step. It decides only where a value is looked for, never what is written.</summary>
    private static uint Hash(ReadOnlySpan<byte> value)
    {
        const ulong multiplier = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio
        ulong hash = (ulong)value.Length * multiplier;
        while (value.Length >= 8)
        {
            hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(value)) * multiplier, 29);
            value = value[8..];
        }

        ulong tail = 0;
        for (int i = 0; i < value.Length; i++)
        {
            tail |= (ulong)value[i] << (8 * i);
        }

        hash = (hash ^ tail) * multiplier;
        return (uint)(hash >> 32);
    }
}
