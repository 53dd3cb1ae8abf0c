using System.Numerics;

namespace DataForge.Dedup.Sorting;

/// <summary>
/// Pairs of a hash and a rank, packed into one word each: the rank in the low bits, and as many of the hash's first bits as fit above it.
/// Sorting the words brings equal hashes together, with their ranks in order. Different hashes with the same first bits come together too
/// (n² / 2^(65−b) pairs of n files, with b bits per rank: 26,000 per band at 60 million), which costs a comparison for each such pair and
/// loses nothing.
/// </summary>
internal static class KeyedRanks
{
    // Three digits of the radix sort; words that are equal in them are sorted by comparison.
    private const int SortedBits = 33;

    /// <summary>Processes a group of at least two words whose hashes agree, in the order of their ranks.</summary>
    public delegate void GroupAction(ReadOnlySpan<ulong> group);

    /// <summary>Bits of a rank, for a number of files.</summary>
    public static int RankBits(int files) => 32 - BitOperations.LeadingZeroCount((uint)Math.Max(1, files));

    /// <summary>Packs a hash and a rank into a word.</summary>
    public static ulong Pack(ulong hash, int rank, int rankBits) => (hash >> rankBits << rankBits) | (uint)rank;

    /// <summary>The rank in a word.</summary>
    public static int Rank(ulong word, int rankBits) => (int)(word & ((1UL << rankBits) - 1));

    /// <summary>
    /// Sorts the words and calls <paramref name="take"/> with each group of two or more whose hashes agree. <paramref name="scratch"/> must
    /// be at least as long.
    /// </summary>
    public static void ForEachGroup(Span<ulong> words, Span<ulong> scratch, int rankBits, GroupAction take)
    {
        int lowBit = Math.Max(rankBits, 64 - SortedBits);
        RadixSort.Sort(words, scratch, lowBit);
        int start = 0;
        for (int i = 1; i <= words.Length; i++)
        {
            if (i < words.Length && words[i] >> lowBit == words[start] >> lowBit)
            {
                continue;
            }

            if (i - start > 1)
            {
                ForEachGroupOfSorted(words[start..i], rankBits, take);
            }

            start = i;
        }
    }

    private static void ForEachGroupOfSorted(Span<ulong> words, int rankBits, GroupAction take)
    {
        words.Sort();
        int start = 0;
        for (int i = 1; i <= words.Length; i++)
        {
            if (i < words.Length && words[i] >> rankBits == words[start] >> rankBits)
            {
                continue;
            }

            if (i - start > 1)
            {
                take(words[start..i]);
            }

            start = i;
        }
    }
}
