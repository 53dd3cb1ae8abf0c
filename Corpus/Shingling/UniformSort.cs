using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// Sorts hashes in linear time: since they are uniform, a counting sort by their first bits puts each close to its final position, and an
/// insertion sort does the rest.
/// </summary>
public sealed class UniformSort
{
    // A file's repeated shingles are in the same bucket. A bucket with more than so many values is sorted by comparison, since insertion
    // sort is quadratic.
    private const int CrowdedBucket = 24;

    // 1 MiB of counters: as many as fit into a second-level cache.
    private const int MaxBucketBits = 18;

    private readonly int[] _starts = new int[(1 << MaxBucketBits) + 1];

    /// <summary>
    /// Writes the distinct <paramref name="values"/> in ascending order to the front of <paramref name="sorted"/>, which must be at least
    /// as long and not overlap. Returns how many there are.
    /// </summary>
    public int SortDistinct(ReadOnlySpan<ulong> values, Span<ulong> sorted)
    {
        sorted = sorted[..values.Length];
        int crowded = Scatter(values, sorted, out int buckets);
        if (crowded > CrowdedBucket)
        {
            SortCrowded(sorted, buckets);
        }

        return InsertDistinct(sorted);
    }

    // Distributes the values over buckets; afterwards _starts[b] is the end of bucket b. Returns the size of the largest bucket.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Scatter(ReadOnlySpan<ulong> values, Span<ulong> sorted, out int buckets)
    {
        int bits = Math.Clamp(BitOperations.Log2((uint)values.Length | 1), 1, MaxBucketBits);
        buckets = 1 << bits;
        int shift = 64 - bits;
        Span<int> starts = _starts.AsSpan(0, buckets);
        starts.Clear();
        foreach (ulong value in values)
        {
            starts[(int)(value >> shift)]++;
        }

        int sum = 0;
        int most = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int count = starts[i];
            most = Math.Max(most, count);
            starts[i] = sum;
            sum += count;
        }

        foreach (ulong value in values)
        {
            sorted[starts[(int)(value >> shift)]++] = value;
        }

        return most;
    }

    private void SortCrowded(Span<ulong> sorted, int buckets)
    {
        int from = 0;
        for (int b = 0; b < buckets; b++)
        {
            int to = _starts[b];
            if (to - from > CrowdedBucket)
            {
                sorted[from..to].Sort();
            }

            from = to;
        }
    }

    // Insertion sort that removes repetitions: the values before the current position are sorted and distinct.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int InsertDistinct(Span<ulong> sorted)
    {
        if (sorted.IsEmpty)
        {
            return 0;
        }

        ref ulong first = ref MemoryMarshal.GetReference(sorted);
        nint count = 1;
        ulong last = first;
        for (nint i = 1; i < sorted.Length; i++)
        {
            ulong value = Unsafe.Add(ref first, i);
            if (value > last)
            {
                Unsafe.Add(ref first, count++) = value;
                last = value;
            }
            else if (value < last)
            {
                count += Insert(ref first, count, value);
            }
        }

        return (int)count;
    }

    // Returns 0 if the value is already present, otherwise 1.
    private static int Insert(ref ulong first, nint count, ulong value)
    {
        nint at = count;
        while (at > 0 && Unsafe.Add(ref first, at - 1) > value)
        {
            at--;
        }

        if (at > 0 && Unsafe.Add(ref first, at - 1) == value)
        {
            return 0;
        }

        for (nint i = count; i > at; i--)
        {
            Unsafe.Add(ref first, i) = Unsafe.Add(ref first, i - 1);
        }

        Unsafe.Add(ref first, at) = value;
        return 1;
    }
}
