using System.Numerics;

namespace DataForge.Dedup.Sorting;

/// <summary>
/// Pairs of a hash and a rank in one word each: as many of the hash's first bits as the rank leaves room for. Sorting the words brings equal hashes
/// together with their ranks in order. Different hashes of equal first bits come together as well (n² / 2^(65−b) pairs of n files, b bits a rank:
/// 26,000 a band at 60 million), which costs a look at each such pair and loses nothing.
/// </summary>
internal static class KeyedRanks
{
    // Three digits of radix sort; what they leave together is sorted by comparison.
    private const int SortedBits = 33;

    /// <summary>Takes a group of words, two at least, whose hashes agree, in order of their ranks.</summary>
    public delegate void GroupAction(ReadOnlySpan<ulong> group);

    /// <summary>Bits that the rank of one of so many files takes.</summary>
    public static int RankBits(int files) => 32 - BitOperations.LeadingZeroCount((uint)Math.Max(1, files));

    /// <summary>Joins a hash and a rank.</summary>
    public static ulong Pack(ulong hash, int rank, int rankBits) => (hash >> rankBits << rankBits) | (uint)rank;

    /// <summary>The rank in a word.</summary>
    public static int Rank(ulong word, int rankBits) => (int)(word & ((1UL << rankBits) - 1));

    /// <summary>Sorts the words and hands over each group of two or more whose hashes agree. <paramref name="scratch"/> is at least as long.</summary>
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
