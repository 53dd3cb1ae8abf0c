using System.Buffers;

namespace DataForge.Parquet.Reading;

/// <summary>
/// A leaf's decoded column chunk in pooled memory. Fixed-width values lie one behind the other; byte arrays are places in an arena that
/// holds the pages' own bytes, so that a dictionary's value is there once however often it stands in the column.
/// </summary>
internal sealed class LeafValues : IDisposable
{
    private readonly MemoryBudget budget;

    /// <summary>Takes memory for <paramref name="entries"/> entries.</summary>
    public LeafValues(ParquetNode node, int entries, MemoryBudget budget)
    {
        Node = node;
        EntryCapacity = entries;
        this.budget = budget;
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

    public ParquetNode Node { get; }

    public int EntryCapacity { get; }

    /// <summary>Entries decoded: values, nulls and empty lists.</summary>
    public int EntryCount { get; set; }

    /// <summary>Values decoded; equal to <see cref="EntryCount"/> once <see cref="SpreadNulls"/> has run.</summary>
    public int ValueCount { get; set; }

    /// <summary>Definition level of each entry; empty where every entry is a value.</summary>
    public byte[] Definitions { get; private set; } = [];

    /// <summary>Repetition level of each entry; empty where nothing repeats.</summary>
    public byte[] Repetitions { get; private set; } = [];

    /// <summary>Values of <see cref="ParquetNode.Width"/> bytes each, little-endian.</summary>
    public byte[] Fixed { get; private set; } = [];

    /// <summary>Where each byte array begins in the arena.</summary>
    public int[] Starts { get; private set; } = [];

    public int[] Lengths { get; private set; } = [];

    public ByteArena Arena { get; }

    public ReadOnlySpan<byte> Value(int index)
    {
        int width = Node.Width;
        if ((uint)index >= (uint)ValueCount)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }

        return width > 0 ? Fixed.AsSpan(index * width, width) : Arena.Bytes.AsSpan(Starts[index], Lengths[index]);
    }

    /// <summary>Moves the values of a flat nullable column to their rows, from the last to the first; a null row's value is empty or zero.</summary>
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
        // Pooled arrays are rounded up to a power of two: charge that before taking it.
        budget.Take(ByteArena.Rounded(count * sizeof(T)), what);
        return count <= Array.MaxLength ? ArrayPool<T>.Shared.Rent((int)count) : throw new ParquetException($"{what} in one row group passes 2 GiB");
    }

    private static T[] Return<T>(T[] array)
    {
        if (array.Length > 0)
        {
            ArrayPool<T>.Shared.Return(array);
        }

        return [];
    }
}
