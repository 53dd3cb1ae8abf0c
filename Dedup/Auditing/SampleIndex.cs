using System.Numerics;

namespace DataForge.Dedup.Auditing;

/// <summary>
/// Finds for any set the sampled files that it may be a near duplicate of, without signatures and without missing one: an inverted index of
/// the sample's rarer shingles. Memory: 30 bytes per shingle of the sample.
/// </summary>
/// <remarks>
/// A set B with J(A, B) ≥ t has at least t·|A| of A's elements. So it lacks at most m = |A| − ⌈t·|A|⌉ of them, and of any q elements of A
/// it has at least q − m. Only q = m + |A| / 16 elements of A are indexed, those that are rarest in the sample: shingles that half of all
/// files have are the most expensive to count and the least informative.
/// </remarks>
internal sealed class SampleIndex
{
    private readonly ulong[] _bitmap;
    private readonly int _bitmapShift;
    private readonly int[] _needed;

    // By shingle, the number of its first link. Links are numbered from 1; 0 is the end.
    private readonly ShingleTable _heads;
    private readonly List<(int Sample, int Next)> _links;

    /// <summary>Builds the index.</summary>
    /// <param name="sets">The sampled files' sets.</param>
    /// <param name="threshold">The threshold t.</param>
    public SampleIndex(IReadOnlyList<ulong[]> sets, double threshold)
    {
        int shingles = checked(sets.Sum(set => set.Length));
        int[] lacking = new int[sets.Count];
        int[] indexed = new int[sets.Count];
        for (int i = 0; i < sets.Count; i++)
        {
            int size = sets[i].Length;
            // The product is rounded down a little, so that the index becomes larger rather than smaller.
            lacking[i] = size - (int)Math.Ceiling((threshold * size) - 1e-6);
            indexed[i] = Math.Min(size, lacking[i] + Math.Max(1, size / 16));
        }

        // A table that is a quarter full at most: most shingles that are looked up are not in it.
        _heads = new ShingleTable(checked(2 * indexed.Sum()));
        _links = new List<(int Sample, int Next)>(1 + indexed.Sum()) { (0, 0) };
        int countBits = Math.Min(28, BitOperations.Log2((uint)shingles | 1) + 2);
        byte[] counts = Count(sets, countBits);

        // Sixteen bits per shingle: one in sixteen of the shingles that are not indexed passes.
        int bits = Math.Clamp(BitOperations.Log2((uint)shingles | 1) + 5, 10, 32);
        _bitmap = new ulong[1 << (bits - 6)];
        _bitmapShift = 64 - bits;
        _needed = new int[sets.Count];
        for (int i = 0; i < sets.Count; i++)
        {
            _needed[i] = indexed[i] - lacking[i];
            AddRarest(i, sets[i], indexed[i], counts, countBits);
        }
    }

    /// <summary>
    /// Adds to <paramref name="found"/> the sampled files that may be near duplicates of a set. <paramref name="counts"/> has a number for
    /// each sampled file, which is 0 before and after.
    /// </summary>
    public void Find(ReadOnlySpan<ulong> set, int[] counts, List<int> found)
    {
        int from = found.Count;
        foreach (ulong shingle in set)
        {
            ulong bit = shingle >> _bitmapShift;
            if ((_bitmap[bit >> 6] & (1UL << (int)(bit & 63))) == 0)
            {
                continue;
            }

            for (int link = _heads.Find(shingle); link != 0; link = _links[link].Next)
            {
                int sample = _links[link].Sample;
                if (counts[sample]++ == 0)
                {
                    found.Add(sample);
                }
            }
        }

        int kept = from;
        for (int i = from; i < found.Count; i++)
        {
            int sample = found[i];
            if (counts[sample] >= _needed[sample])
            {
                found[kept++] = sample;
            }

            counts[sample] = 0;
        }

        found.RemoveRange(kept, found.Count - kept);
    }

    // By a shingle's first bits, in how many sets it is, or a few more, 255 at most: there are four to eight counters for each shingle, so
    // that few share one. Which shingles are indexed decides how much is compared, not what is found.
    private static byte[] Count(IReadOnlyList<ulong[]> sets, int bits)
    {
        var counts = new byte[1 << bits];
        foreach (ulong[] set in sets)
        {
            foreach (ulong shingle in set)
            {
                ref byte count = ref counts[(int)(shingle >> (64 - bits))];
                count += (byte)(count < byte.MaxValue ? 1 : 0);
            }
        }

        return counts;
    }

    // Adds the shingles of a set that are in the fewest sets of the sample.
    private void AddRarest(int sample, ulong[] set, int wanted, byte[] counts, int countBits)
    {
        Span<int> withCount = stackalloc int[byte.MaxValue + 1];
        withCount.Clear();
        foreach (ulong shingle in set)
        {
            withCount[CountOf(shingle)]++;
        }

        // All with fewer than this many are wanted, and as many of those with exactly this many as are missing then.
        int limit = 0;
        int missing = wanted;
        while (limit < byte.MaxValue && withCount[limit] <= missing)
        {
            missing -= withCount[limit++];
        }

        foreach (ulong shingle in set)
        {
            int count = CountOf(shingle);
            if (count < limit || (count == limit && missing-- > 0))
            {
                Add(sample, shingle);
            }
        }

        int CountOf(ulong shingle) => counts[(int)(shingle >> (64 - countBits))];
    }

    private void Add(int sample, ulong shingle)
    {
        ulong bit = shingle >> _bitmapShift;
        _bitmap[bit >> 6] |= 1UL << (int)(bit & 63);
        ref int head = ref _heads.Value(shingle);
        _links.Add((sample, head));
        head = _links.Count - 1;
    }
}
