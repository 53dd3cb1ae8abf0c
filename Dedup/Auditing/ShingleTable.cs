using System.Numerics;

namespace DataForge.Dedup.Auditing;

/// <summary>A map from shingles to numbers, of a size known before: open addressing at the places that the shingles' own first bits name, half full at most.</summary>
internal sealed class ShingleTable
{
    private readonly ulong[] _keys;
    private readonly int[] _values;
    private readonly int _shift;

    /// <param name="capacity">The most shingles it takes.</param>
    public ShingleTable(int capacity)
    {
        int bits = BitOperations.Log2((uint)Math.Max(1, capacity)) + 2;
        _keys = new ulong[1 << bits];
        _values = new int[1 << bits];
        _shift = 64 - bits;
    }

    /// <summary>The number of a shingle, to be read and set; 0 where it has none yet.</summary>
    public ref int Value(ulong shingle)
    {
        int place = Place(shingle);
        _keys[place] = shingle;
        return ref _values[place];
    }

    /// <summary>The number of a shingle, or 0.</summary>
    public int Find(ulong shingle) => _values[Place(shingle)];

    // Where the shingle is, or the free place it would take: one whose number is 0.
    private int Place(ulong shingle)
    {
        int place = (int)(shingle >> _shift);
        while (_values[place] != 0 && _keys[place] != shingle)
        {
            place = (place + 1) & (_keys.Length - 1);
        }

        return place;
    }
}
