using System.Buffers.Binary;
using System.Numerics;
using DataForge.Parquet.Encodings;

namespace DataForge.Parquet.Writing;

/// <summary>
/// Finds a column's distinct values, in the order of their first appearance, and each value's index among them
/// (Encodings.md, "Dictionary Encoding"). It stops as soon as the dictionary is too large, so a column of long or unique values costs
/// little.
/// </summary>
internal sealed class DictionaryBuilder : IDisposable
{
    /// <summary>
    /// A hash table with open addressing: a dictionary index plus one, or 0 for a free slot. Its size is a power of two, at least twice the
    /// entries.
    /// </summary>
    private int[] _slots = new int[1 << 10];

    /// <summary>Where each distinct value begins in <see cref="Values"/>.</summary>
    private int[] _starts = new int[256];
    private int[] _indices = new int[256];
    private int _indexCount;

    /// <summary>The distinct values in the PLAIN encoding.</summary>
    public ByteBuffer Values { get; } = new();

    /// <summary>Distinct values.</summary>
    public int Count { get; private set; }

    /// <summary>Bits of an index; 1 for a single value, since some readers do not support indices of 0 bits.</summary>
    public int BitWidth => Math.Max(1, RleEncoder.BitWidth(Count - 1));

    /// <summary>Each value's index in the dictionary.</summary>
    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, _indexCount);

    /// <summary>
    /// Builds the dictionary; true when it saves space: it takes at most <paramref name="maxBytes"/>, and together with the indices at most
    /// three quarters of the plain values. (Both are measured before compression, which narrows the difference.)
    /// </summary>
    public bool TryBuild(ColumnBuffer column, int maxBytes)
    {
        if (column.ValueCount == 0 || column.Column.Type == ParquetType.Boolean || maxBytes == 0)
        {
            return false;
        }

        Values.Clear();
        Count = 0;
        _indexCount = 0;
        Array.Clear(_slots);
        ReadOnlySpan<byte> plain = column.Values.Span;
        if (_indices.Length < column.ValueCount)
        {
            _indices = new int[Math.Max(column.ValueCount, 2 * _indices.Length)];
        }

        for (int offset = 0; offset < plain.Length;)
        {
            int length = column.Width != 0 ? column.Width : 4 + BinaryPrimitives.ReadInt32LittleEndian(plain[offset..]);
            if (length > maxBytes)
            {
                return false;
            }

            _indices[_indexCount++] = IndexOf(plain.Slice(offset, length));
            if (Values.Length > maxBytes)
            {
                return false;
            }

            offset += length;
        }

        long encoded = Values.Length + ((long)BitWidth * _indexCount / 8);
        return encoded <= plain.Length / 4L * 3;
    }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();

    private int IndexOf(ReadOnlySpan<byte> value)
    {
        int slot = (int)(Hash(value) & (uint)(_slots.Length - 1));
        while (_slots[slot] != 0)
        {
            int index = _slots[slot] - 1;
            int end = index + 1 < Count ? _starts[index + 1] : Values.Length;
            if (Values[_starts[index]..end].SequenceEqual(value))
            {
                return index;
            }

            slot = (slot + 1) & (_slots.Length - 1);
        }

        return Add(value, slot);
    }

    private int Add(ReadOnlySpan<byte> value, int slot)
    {
        if (Count == _starts.Length)
        {
            Array.Resize(ref _starts, 2 * Count);
        }

        _starts[Count] = Values.Length;
        Values.Add(value);
        _slots[slot] = ++Count;
        if (2 * Count > _slots.Length)
        {
            Rehash();
        }

        return Count - 1;
    }

    private void Rehash()
    {
        _slots = new int[2 * _slots.Length];
        for (int index = 0; index < Count; index++)
        {
            int end = index + 1 < Count ? _starts[index + 1] : Values.Length;
            int slot = (int)(Hash(Values[_starts[index]..end]) & (uint)(_slots.Length - 1));
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = index + 1;
        }
    }

    /// <summary>
    /// Multiplies and rotates, eight bytes per step. The hash decides only where a value is looked up, not what is written.
    /// </summary>
    private static uint Hash(ReadOnlySpan<byte> value)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio
        ulong hash = (ulong)value.Length * Multiplier;
        while (value.Length >= 8)
        {
            hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(value)) * Multiplier, 29);
            value = value[8..];
        }

        ulong tail = 0;
        for (int i = 0; i < value.Length; i++)
        {
            tail |= (ulong)value[i] << (8 * i);
        }

        hash = (hash ^ tail) * Multiplier;
        return (uint)(hash >> 32);
    }
}
