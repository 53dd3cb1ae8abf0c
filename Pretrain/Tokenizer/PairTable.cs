namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// The pairs of symbols seen in training: by number, each with its key (left id · 2^16 + right id), its weighted count, and the words
/// that may contain it. A hash table with open addressing on the key.
/// </summary>
internal sealed class PairTable
{
    private int[] _slots = new int[1 << 17]; // pair number + 1; 0 is empty
    private Pair[] _entries = new Pair[1 << 16];

    /// <summary>The number of pairs ever seen.</summary>
    public int Count { get; private set; }

    /// <summary>Left id · 2^16 + right id.</summary>
    public uint Key(int pair) => _entries[pair].Key;

    /// <summary>How often the pair occurs in the corpus now.</summary>
    public long CountOf(int pair) => _entries[pair].Count;

    /// <summary>The words that contain the pair, and perhaps some that no longer do. A word may be listed twice.</summary>
    public ReadOnlySpan<int> WordsOf(int pair) => _entries[pair].Words.AsSpan(0, _entries[pair].WordCount);

    /// <summary>Sets the count to 0 and drops the list of words.</summary>
    public void Retire(int pair)
    {
        _entries[pair].Count = 0;
        _entries[pair].Words = [];
        _entries[pair].WordCount = 0;
    }

    /// <summary>Adds to a pair's count, and the word to its list. Returns the pair's number.</summary>
    public int Add(uint key, long count, int word)
    {
        int pair = GetOrAdd(key);
        ref Pair entry = ref _entries[pair];
        entry.Count += count;
        if (entry.WordCount == 0 || entry.Words[entry.WordCount - 1] != word)
        {
            if (entry.WordCount == entry.Words.Length)
            {
                Array.Resize(ref entry.Words, Math.Max(2, entry.WordCount * 2));
            }

            entry.Words[entry.WordCount++] = word;
        }

        return pair;
    }

    /// <summary>Subtracts from a pair's count; its list of words stays.</summary>
    public void Subtract(uint key, long count) => _entries[GetOrAdd(key)].Count -= count;

    private int GetOrAdd(uint key)
    {
        int mask = _slots.Length - 1;
        int slot = Start(key, mask);
        while (_slots[slot] != 0)
        {
            int pair = _slots[slot] - 1;
            if (_entries[pair].Key == key)
            {
                return pair;
            }

            slot = (slot + 1) & mask;
        }

        if (Count == _entries.Length)
        {
            Grow();
            return GetOrAdd(key);
        }

        _entries[Count] = new Pair { Key = key, Words = [] };
        _slots[slot] = ++Count;
        return Count - 1;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _slots = new int[_slots.Length * 2];
        int mask = _slots.Length - 1;
        for (int pair = 0; pair < Count; pair++)
        {
            int slot = Start(_entries[pair].Key, mask);
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = pair + 1;
        }
    }

    // Fibonacci hashing: the multiplier is 2^64 / φ; neighbouring keys spread over the table.
    private static int Start(uint key, int mask) => (int)((key * 0x9E3779B97F4A7C15ul) >> 32) & mask;

    private struct Pair
    {
        internal uint Key;
        internal long Count;
        internal int[] Words;
        internal int WordCount;
    }
}
