using System.Numerics;

namespace DataForge.Pretrain.Data;

/// <summary>
/// A pseudo-random permutation of 0 … n - 1, selected by a key and computed element by element without a table: a Feistel network over
/// the next even number of bits, applied until the result is in the range (cycle walking: Black and Rogaway 2002, "Ciphers with arbitrary
/// finite domains", <see href="https://web.cs.ucdavis.edu/~rogaway/papers/subset.pdf"/>). For shuffling, not for secrecy.
/// </summary>
/// <remarks>
/// A Feistel network is a bijection whatever its round function. The domain is smaller than 4 n, so cycle walking takes fewer than 4
/// steps on average. Luby and Rackoff showed that four rounds give strong pseudo-randomness; small domains gain from more, hence six.
/// </remarks>
public readonly struct KeyedPermutation
{
    private const int Rounds = 6;

    private readonly ulong _key;
    private readonly int _halfBits;

    /// <summary>The permutation of 0 … <paramref name="count"/> - 1 that <paramref name="key"/> selects.</summary>
    public KeyedPermutation(long count, ulong key)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        _key = key;
        int bits = 64 - BitOperations.LeadingZeroCount((ulong)(count - 1));
        _halfBits = Math.Max(1, (bits + 1) / 2);
    }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>The position of an element in the permutation.</summary>
    public long this[long element]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)element, (ulong)Count, nameof(element));
            ulong value = (ulong)element;
            do
            {
                value = Encrypt(value);
            }
            while (value >= (ulong)Count);

            return (long)value;
        }
    }

    private ulong Encrypt(ulong value)
    {
        ulong mask = (1ul << _halfBits) - 1;
        ulong left = value >> _halfBits, right = value & mask;
        for (ulong round = 0; round < Rounds; round++)
        {
            (left, right) = (right, left ^ (SeededHash.Mix((_key + (round << 56)) ^ right) & mask));
        }

        return (left << _halfBits) | right;
    }
}
