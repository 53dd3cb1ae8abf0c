using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DataForge.Dedup.Selection;

/// <summary>Exact Jaccard similarity of sorted sets of hashes: |A ∩ B| / |A ∪ B|.</summary>
public static class Jaccard
{
    /// <summary>The similarity; 1 for two empty sets.</summary>
    public static double Of(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right) => OfAtLeast(left, right, 0);

    /// <summary>
    /// The similarity where it is at least <paramref name="threshold"/>, otherwise −1; in that case the sets need not be read to their
    /// ends.
    /// </summary>
    public static double OfAtLeast(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, double threshold)
    {
        // |A ∩ B| = c gives J = c / (|A| + |B| − c), so J ≥ t requires c ≥ t (|A| + |B|) / (1 + t). That limits the number of elements that
        // only one of the sets has. Half an element is allowed for rounding.
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

    // Compares four elements of one set with four of the other, all with all, and advances in the set whose four end first; so an element
    // that was passed has been compared with all that it could be equal to. Checks from time to time whether more elements than allowed are
    // in one set only, and then returns −1. (Elements ahead may already be counted as common, so that number can only be too low.)
    private static long CountCommon(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, long misses)
    {
        const int Width = 4;
        const int Steps = 16;
        ref ulong a = ref MemoryMarshal.GetReference(left);
        ref ulong b = ref MemoryMarshal.GetReference(right);
        nint i = 0, j = 0;
        long common = 0;
        while (Vector256.IsHardwareAccelerated && i + (Steps * Width) <= left.Length && j + (Steps * Width) <= right.Length)
        {
            for (int step = 0; step < Steps; step++)
            {
                Vector256<ulong> x = Vector256.LoadUnsafe(ref a, (nuint)i);
                Vector256<ulong> y = Vector256.LoadUnsafe(ref b, (nuint)j);
                Vector256<ulong> equal = Vector256.Equals(x, y)
                    | Vector256.Equals(x, Vector256.Shuffle(y, Vector256.Create(1UL, 2, 3, 0)))
                    | Vector256.Equals(x, Vector256.Shuffle(y, Vector256.Create(2UL, 3, 0, 1)))
                    | Vector256.Equals(x, Vector256.Shuffle(y, Vector256.Create(3UL, 0, 1, 2)));
                common += BitOperations.PopCount(equal.ExtractMostSignificantBits());
                ulong lastOfLeft = Unsafe.Add(ref a, i + Width - 1);
                ulong lastOfRight = Unsafe.Add(ref b, j + Width - 1);
                i += lastOfLeft <= lastOfRight ? Width : 0;
                j += lastOfRight <= lastOfLeft ? Width : 0;
            }

            if (i + j - (2 * common) > misses)
            {
                return -1;
            }
        }

        // The rest one by one. No two blocks are compared twice, so nothing from here on has been counted yet.
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
