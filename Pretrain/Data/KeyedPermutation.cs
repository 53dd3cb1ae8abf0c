using System.Numerics;

namespace DataForge.Pretrain.Data;

/// <summary>
/// A permutation of 0 … n - 1 that a key chooses, computed element by element without a table: a Feistel network over the next even number of
/// bits, walked until it comes back into the range (Black and Rogaway 2002, "Ciphers with arbitrary finite domains",
/// <see href="https://web.cs.ucdavis.edu/~rogaway/papers/subset.pdf"/>). For shuffling, not for secrecy.
/// </summary>
/// <remarks>
/// A Feistel network is a bijection whatever its round function. The domain is less than 4 n, so a walk takes under 4 steps on average. Four rounds
/// are Luby and Rackoff's number for strong pseudo-randomness; small domains gain from more, hence six.
/// </remarks>
public readonly struct KeyedPermutation
{
    private const int Rounds = 6;

    private readonly ulong _key;
    private readonly int _halfBits;

    /// <summary>The permutation of 0 … <paramref name="count"/> - 1 that <paramref name="key"/> chooses.</summary>
    public KeyedPermutation(long count, ulong key)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        _key = key;
        int bits = 64 - BitOperations.LeadingZeroCount((ulong)(count - 1));
        _halfBits = Math.Max(1, (bits + 1) / 2);
    }

    /// <summary>How many elements it permutes.</summary>
    public long Count { get; }

    /// <summary>Where an element goes.</summary>
    public long this[long element]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)element, (ulong)Count, nameof(element));
            ulong value = (ulong)element;
            do
            {
                value = Walk(value);
            }
            while (value >= (ulong)Count);

            return (long)value;
        }
    }

    private ulong Walk(ulong value)
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
