using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataForge.Dedup.Sorting;

/// <summary>Sorts integers by their digits, least significant first, in linear time.</summary>
public static class RadixSort
{
    // 2,048 counters of four bytes fit into the first-level cache, and three digits cover 33 bits.
    private const int DigitBits = 11;

    // Fewer values than counters are faster to sort by comparison.
    private const int Small = 1 << DigitBits;

    /// <summary>
    /// Sorts <paramref name="values"/> in place by their bits from <paramref name="lowBit"/> (0 to 63) up to <paramref name="highBit"/>,
    /// stably (fewer than 2,048 values are sorted by all bits). <paramref name="scratch"/> must be at least as long.
    /// </summary>
    public static void Sort(Span<ulong> values, Span<ulong> scratch, int lowBit, int highBit = 64)
    {
        if (values.Length < Small)
        {
            values.Sort();
            return;
        }

        scratch = scratch[..values.Length];
        Span<int> counts = new int[1 << DigitBits];
        bool isSwapped = false;
        for (int shift = lowBit; shift < highBit; shift += DigitBits)
        {
            Span<ulong> from = isSwapped ? scratch : values;
            Span<ulong> to = isSwapped ? values : scratch;
            ulong mask = (1UL << Math.Min(DigitBits, highBit - shift)) - 1;
            if (Pass(from, to, counts, shift, mask))
            {
                isSwapped = !isSwapped;
            }
        }

        if (isSwapped)
        {
            scratch.CopyTo(values);
        }
    }

    // Sorts by one digit; false if all values have the same digit, and nothing was moved.
    private static bool Pass(ReadOnlySpan<ulong> from, Span<ulong> to, Span<int> counts, int shift, ulong mask)
    {
        counts.Clear();
        foreach (ulong value in from)
        {
            counts[(int)((value >> shift) & mask)]++;
        }

        int sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            int count = counts[i];
            if (count == from.Length)
            {
                return false;
            }

            counts[i] = sum;
            sum += count;
        }

        ref int positions = ref MemoryMarshal.GetReference(counts);
        ref ulong target = ref MemoryMarshal.GetReference(to);
        foreach (ulong value in from)
        {
            ref int position = ref Unsafe.Add(ref positions, (int)((value >> shift) & mask));
            Unsafe.Add(ref target, position++) = value;
        }

        return true;
    }
}
