using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// Numbers distinct byte strings 0, 1, 2, … in the order in which they are first added. A hash table with open addressing; the bytes
/// are stored in pages, so nothing is allocated per string. Takes about 30 bytes per string besides its own.
/// </summary>
internal sealed class ByteStringTable
{
    /// <summary>The longest string it takes, in bytes.</summary>
    public const int MaxLength = PageSize;

    private const int PageBits = 20, PageSize = 1 << PageBits;

    // A slot: the upper 32 bits of the hash, and index + 1; 0 is empty. Most misses are recognised from the slot alone.
    private ulong[] _slots;
    private Entry[] _entries;
    private readonly List<byte[]> _pages = [];
    private int _pageUsed = PageSize;

    /// <summary>An empty table with room for that many strings before it grows.</summary>
    public ByteStringTable(int capacity = 1 << 12)
    {
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 16) * 2);
        _slots = new ulong[size];
        _entries = new Entry[size / 2];
    }

    /// <summary>The number of distinct strings.</summary>
    public int Count { get; private set; }

    /// <summary>The string with a number.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            Entry entry = _entries[index];
            return _pages[(int)(entry.Offset >> PageBits)].AsSpan((int)(entry.Offset & (PageSize - 1)), entry.Length);
        }
    }

    /// <summary>The number of a string, or -1.</summary>
    public int Find(ReadOnlySpan<byte> value) => Find(value, Hash(value), out _);

    /// <summary>The number of a string, which is added if it is new.</summary>
    public int GetOrAdd(ReadOnlySpan<byte> value, out bool added)
    {
        ulong hash = Hash(value);
        int index = Find(value, hash, out int slot);
        added = index < 0;
        return added ? Add(value, hash, slot) : index;
    }

    /// <summary>Removes all strings and keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        Count = 0;
        if (_pages.Count > 1)
        {
            _pages.RemoveRange(1, _pages.Count - 1);
        }

        _pageUsed = _pages.Count == 0 ? PageSize : 0;
    }

    /// <summary>
    /// A multiply-and-fold hash like wyhash (<see href="https://github.com/wangyi-fudan/wyhash"/>, whose first two secrets are used): one
    /// 64×64→128 product per 8 bytes.
    /// </summary>
    internal static ulong Hash(ReadOnlySpan<byte> value)
    {
        const ulong SecretA = 0xA0761D6478BD642F, SecretB = 0xE7037ED1A0B428DB;
        ref byte start = ref MemoryMarshal.GetReference(value);
        int length = value.Length;
        ulong hash = (ulong)length ^ SecretA;
        int at = 0;
        for (; at + 8 <= length; at += 8)
        {
            hash = Fold(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, at)), SecretB);
        }

        int remaining = length - at;
        ulong tail = 0;
        if (remaining >= 4)
        {
            tail = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, at))
                | ((ulong)Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, length - 4)) << 32);
        }
        else if (remaining > 0)
        {
            tail = Unsafe.Add(ref start, at)
                | ((ulong)Unsafe.Add(ref start, at + (remaining >> 1)) << 8)
                | ((ulong)Unsafe.Add(ref start, length - 1) << 16);
        }

        return Fold(hash ^ tail, SecretA);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }

    private int Find(ReadOnlySpan<byte> value, ulong hash, out int slot)
    {
        int mask = _slots.Length - 1;
        slot = (int)hash & mask;
        uint upper = (uint)(hash >> 32);
        while (true)
        {
            ulong content = _slots[slot];
            if (content == 0)
            {
                return -1;
            }

            if ((uint)(content >> 32) == upper)
            {
                int index = (int)(uint)content - 1;
                if (this[index].SequenceEqual(value))
                {
                    return index;
                }
            }

            slot = (slot + 1) & mask;
        }
    }

    private int Add(ReadOnlySpan<byte> value, ulong hash, int slot)
    {
        if (Count == _entries.Length)
        {
            Grow();
            Find(value, hash, out slot);
        }

        _entries[Count] = new Entry(Store(value), value.Length, (uint)hash);
        _slots[slot] = (hash & 0xFFFFFFFF00000000) | (uint)(Count + 1);
        return Count++;
    }

    private long Store(ReadOnlySpan<byte> value)
    {
        if (value.Length > PageSize - _pageUsed)
        {
            if (value.Length > PageSize)
            {
                throw new ArgumentException($"A string of {value.Length} bytes; the table takes at most {PageSize}.", nameof(value));
            }

            _pages.Add(new byte[PageSize]);
            _pageUsed = 0;
        }

        value.CopyTo(_pages[^1].AsSpan(_pageUsed));
        long offset = ((long)(_pages.Count - 1) << PageBits) + _pageUsed;
        _pageUsed += value.Length;
        return offset;
    }

    private void Grow()
    {
        if (_entries.Length > 1 << 28)
        {
            throw new InvalidOperationException($"More than {_entries.Length} distinct strings; the table cannot grow further.");
        }

        ulong[] wider = new ulong[_slots.Length * 2];
        int mask = wider.Length - 1;
        foreach (ulong content in _slots)
        {
            if (content == 0)
            {
                continue;
            }

            int slot = (int)_entries[(int)(uint)content - 1].LowerHash & mask;
            while (wider[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            wider[slot] = content;
        }

        _slots = wider;
        Array.Resize(ref _entries, _entries.Length * 2);
    }

    private readonly record struct Entry(long Offset, int Length, uint LowerHash);
}
