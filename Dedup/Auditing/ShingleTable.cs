using System.Numerics;

namespace DataForge.Dedup.Auditing;

/// <summary>
/// A hash table from shingles to numbers with a fixed capacity: open addressing by the shingles' own first bits, at most half full.
/// </summary>
internal sealed class ShingleTable
{
    private readonly ulong[] _keys;
    private readonly int[] _values;
    private readonly int _shift;

    /// <summary>Creates an empty table.</summary>
    /// <param name="capacity">Shingles that it can hold.</param>
    public ShingleTable(int capacity)
    {
        int bits = BitOperations.Log2((uint)Math.Max(1, capacity)) + 2;
        _keys = new ulong[1 << bits];
        _values = new int[1 << bits];
        _shift = 64 - bits;
    }

    /// <summary>The number of a shingle, to be read or set; 0 if it has none yet.</summary>
    public ref int Value(ulong shingle)
    {
        int slot = SlotOf(shingle);
        _keys[slot] = shingle;
        return ref _values[slot];
    }

    /// <summary>The number of a shingle, or 0.</summary>
    public int Find(ulong shingle) => _values[SlotOf(shingle)];

    // The slot of the shingle, or the free slot for it: one whose number is 0.
    private int SlotOf(ulong shingle)
    {
        int slot = (int)(shingle >> _shift);
        while (_values[slot] != 0 && _keys[slot] != shingle)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        return slot;
    }
}
