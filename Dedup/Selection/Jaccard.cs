using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataForge.Dedup.Selection;

/// <summary>Exact Jaccard similarity of sorted sets of hashes: |A ∩ B| / |A ∪ B|.</summary>
public static class Jaccard
{
    /// <summary>The similarity; 1 for two empty sets.</summary>
    public static double Of(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right) => OfAtLeast(left, right, 0);

    /// <summary>
    /// The similarity where it is at least <paramref name="threshold"/>, and −1 where it is not: then the sets need not be read to their ends.
    /// </summary>
    public static double OfAtLeast(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, double threshold)
    {
        // |A ∩ B| = c gives J = c / (|A| + |B| − c), so J ≥ t asks for c ≥ t (|A| + |B|) / (1 + t), and each element of A or B that the other
        // lacks uses up what there is above it. Half an element is left for rounding.
        long total = (long)left.Length + right.Length;
        double needed = threshold * total / (1 + threshold);
        long misses = (long)Math.Floor(total - (2 * (needed - 0.5)));
        if (Math.Abs((long)left.Length - right.Length) > misses)
        {
            return -1;
        }

        long common = CountCommon(left, right, misses);
        if (common < 0)
        {
            return -1;
        }

        double similarity = total == 0 ? 1 : (double)common / (total - common);
        return similarity >= threshold ? similarity : -1;
    }

    // Merges in steps of 64, between which it looks whether more than the allowed number of elements stand alone; −1 then.
    private static long CountCommon(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, long misses)
    {
        const int Step = 64;
        ref ulong a = ref MemoryMarshal.GetReference(left);
        ref ulong b = ref MemoryMarshal.GetReference(right);
        nint i = 0, j = 0;
        long common = 0;
        while (i + Step <= left.Length && j + Step <= right.Length)
        {
            for (int step = 0; step < Step; step++)
            {
                ulong x = Unsafe.Add(ref a, i);
                ulong y = Unsafe.Add(ref b, j);
                i += x <= y ? 1 : 0;
                j += y <= x ? 1 : 0;
                common += x == y ? 1 : 0;
            }

            if (i + j - (2 * common) > misses)
            {
                return -1;
            }
        }

        while (i < left.Length && j < right.Length)
        {
            ulong x = Unsafe.Add(ref a, i);
            ulong y = Unsafe.Add(ref b, j);
            i += x <= y ? 1 : 0;
            j += y <= x ? 1 : 0;
            common += x == y ? 1 : 0;
        }

        return common;
    }
}
