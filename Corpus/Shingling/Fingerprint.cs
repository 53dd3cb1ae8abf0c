using System.Numerics;
using System.Runtime.InteropServices;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// A 128-bit hash of a file's shingle set (or, for a file without shingles, of its folded text). Equal fingerprints are taken for equal
/// sets. Among n files, two different ones have the same fingerprint with a probability of n² / 2^129: 5e-24 for 60 million.
/// </summary>
/// <param name="High">The first half.</param>
/// <param name="Low">The second half.</param>
public readonly record struct Fingerprint(ulong High, ulong Low) : IComparable<Fingerprint>
{
    // Odd, so that multiplying by them is a bijection. M1 is a factor of the mixer NASAM (Evensen,
    // http://mostlymangling.blogspot.com/2020/01/nasam-not-another-strange-acronym-mixer.html), M2 the second prime of xxHash64
    // (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md).
    private const ulong M1 = 0x9E6C63D0676A9A99;
    private const ulong M2 = 0xC2B2AE3D27D4EB4F;

    /// <summary>The fingerprint of a set of hashes, in any order: two sums of independently mixed elements, and their number.</summary>
    public static Fingerprint OfSet(ReadOnlySpan<ulong> set)
    {
        Vector<ulong> highs = default, lows = default;
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(set);
        var m1 = new Vector<ulong>(M1);
        var m2 = new Vector<ulong>(M2);
        foreach (Vector<ulong> x in vectors)
        {
            Vector<ulong> y = (x ^ (x >> 29)) * m1;
            highs += (y ^ (y >> 32)) * m2;
            Vector<ulong> z = (x ^ (x >> 31)) * m2;
            lows += (z ^ (z >> 32)) * m1;
        }

        ulong high = Vector.Sum(highs);
        ulong low = Vector.Sum(lows);
        foreach (ulong x in set[(vectors.Length * Vector<ulong>.Count)..])
        {
            ulong y = (x ^ (x >> 29)) * M1;
            high += (y ^ (y >> 32)) * M2;
            ulong z = (x ^ (x >> 31)) * M2;
            low += (z ^ (z >> 32)) * M1;
        }

        return new Fingerprint(Hashing.Mix(high + (ulong)set.Length), Hashing.Mix(low ^ (ulong)set.Length));
    }

    /// <inheritdoc/>
    public int CompareTo(Fingerprint other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);
}
