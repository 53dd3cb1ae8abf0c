using System.Buffers;
using System.Numerics;

namespace DataForge.Parquet.Reading;

/// <summary>
/// A leaf's decoded column chunk in pooled memory. Values of a fixed width are stored one after another. Byte arrays are ranges of an arena
/// that holds the pages' own bytes, so that a dictionary's value is stored once however often the column has it.
/// </summary>
internal sealed class LeafValues : IDisposable
{
    private readonly MemoryBudget _budget;

    /// <summary>Allocates memory for <paramref name="entries"/> entries.</summary>
    /// <exception cref="ParquetException">The budget does not suffice.</exception>
    public LeafValues(ParquetNode node, int entries, MemoryBudget budget)
    {
        Node = node;
        EntryCapacity = entries;
        _budget = budget;
        Arena = new ByteArena(budget);
        string what = $"column '{node.Name}'";
        try
        {
            Definitions = node.MaxDefinition > 0 ? Rent<byte>(entries, what) : [];
            Repetitions = node.MaxRepetition > 0 ? Rent<byte>(entries, what) : [];
            Fixed = node.Width > 0 ? Rent<byte>((long)entries * node.Width, what) : [];
            Starts = node.Width == 0 ? Rent<int>(entries, what) : [];
            Lengths = node.Width == 0 ? Rent<int>(entries, what) : [];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The leaf.</summary>
    public ParquetNode Node { get; }

    /// <summary>Entries that there is memory for.</summary>
    public int EntryCapacity { get; }

    /// <summary>Entries decoded: values, nulls and empty lists.</summary>
    public int EntryCount { get; set; }

    /// <summary>Values decoded; equal to <see cref="EntryCount"/> once <see cref="SpreadNulls"/> has run.</summary>
    public int ValueCount { get; set; }

    /// <summary>Definition level of each entry; empty where every entry is a value.</summary>
    public byte[] Definitions { get; private set; } = [];

    /// <summary>Repetition level of each entry; empty if nothing repeats.</summary>
    public byte[] Repetitions { get; private set; } = [];

    /// <summary>Values of <see cref="ParquetNode.Width"/> bytes each, little-endian.</summary>
    public byte[] Fixed { get; private set; } = [];

    /// <summary>The offset of each byte array in the arena.</summary>
    public int[] Starts { get; private set; } = [];

    /// <summary>The length of each byte array.</summary>
    public int[] Lengths { get; private set; } = [];

    /// <summary>The bytes of byte arrays.</summary>
    public ByteArena Arena { get; }

    /// <summary>The bytes of a value; valid until this object is disposed.</summary>
    public ReadOnlySpan<byte> Value(int index)
    {
        int width = Node.Width;
        if ((uint)index >= (uint)ValueCount)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }

        return width > 0 ? Fixed.AsSpan(index * width, width) : Arena.Bytes.AsSpan(Starts[index], Lengths[index]);
    }

    /// <summary>
    /// Moves the values of a flat nullable column to the index of their rows; the value of a null row becomes empty or zero.
    /// </summary>
    public void SpreadNulls()
    {
        if (Node.MaxDefinition == 0 || ValueCount == EntryCount)
        {
            return;
        }

        int width = Node.Width;
        int value = ValueCount;
        for (int row = EntryCount - 1; row >= 0; row--)
        {
            bool isPresent = Definitions[row] == Node.MaxDefinition;
            value -= isPresent ? 1 : 0;
            if (width == 0)
            {
                Starts[row] = isPresent ? Starts[value] : 0;
                Lengths[row] = isPresent ? Lengths[value] : 0;
            }
            else if (isPresent)
            {
                Fixed.AsSpan(value * width, width).CopyTo(Fixed.AsSpan(row * width, width));
            }
            else
            {
                Fixed.AsSpan(row * width, width).Clear();
            }
        }

        ValueCount = EntryCount;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Definitions = Return(Definitions);
        Repetitions = Return(Repetitions);
        Fixed = Return(Fixed);
        Starts = Return(Starts);
        Lengths = Return(Lengths);
        Arena.Dispose();
        ValueCount = 0;
        EntryCount = 0;
    }

    private unsafe T[] Rent<T>(long count, string what) where T : unmanaged
    {
        // Pooled arrays are rounded up to a power of two: charge that size before allocating.
        _budget.Take(Rounded(count * sizeof(T)), what);
        return count <= Array.MaxLength
            ? ArrayPool<T>.Shared.Rent((int)count)
            : throw new ParquetException($"{what} in one row group exceeds 2 GiB");
    }

    private static long Rounded(long bytes) =>
        bytes <= 1 << 30 ? (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(16, bytes)) : bytes;

    private static T[] Return<T>(T[] array)
    {
        if (array.Length > 0)
        {
            ArrayPool<T>.Shared.Return(array);
        }

        return [];
    }
}
