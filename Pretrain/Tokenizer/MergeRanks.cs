namespace DataForge.Pretrain.Tokenizer;

/// <summary>Looks up the rank of a pair of tokens among the merges: a hash table with open addressing, read-only once built.</summary>
internal sealed class MergeRanks
{
    /// <summary>The rank of a pair that is not merged.</summary>
    public const int None = int.MaxValue;

    private readonly ulong[] _slots; // key · 2^32 + rank + 1; 0 is empty
    private readonly ushort[] _results;
    private readonly int _mask;

    /// <summary>Builds the table from the merges by rank.</summary>
    public MergeRanks(IReadOnlyList<BpeMerge> merges)
    {
        // At most a quarter full: most look-ups are for pairs that do not merge, and these end at the first empty slot.
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(merges.Count, 16) * 4);
        _mask = size - 1;
        _slots = new ulong[size];
        _results = new ushort[merges.Count];
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (ushort left, ushort right, ushort result) = merges[rank];
            _results[rank] = result;
            if (Rank(left, right) != None)
            {
                continue; // a pair listed twice has its first rank
            }

            uint key = Key(left, right);
            int slot = Start(key);
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = ((ulong)key << 32) | (uint)(rank + 1);
        }
    }

    /// <summary>The rank of a pair, or <see cref="None"/>.</summary>
    public int Rank(ushort left, ushort right)
    {
        uint key = Key(left, right);
        int slot = Start(key);
        while (true)
        {
            ulong content = _slots[slot];
            if (content == 0)
            {
                return None;
            }

            if ((uint)(content >> 32) == key)
            {
                return (int)(uint)content - 1;
            }

            slot = (slot + 1) & _mask;
        }
    }

    /// <summary>The token that the merge with that rank gives.</summary>
    public ushort Result(int rank) => _results[rank];

    private static uint Key(ushort left, ushort right) => ((uint)left << 16) | right;

    // Fibonacci hashing: the multiplier is 2^64 / φ.
    private int Start(uint key) => (int)((key * 0x9E3779B97F4A7C15ul) >> 32) & _mask;
}
