using System.Runtime.InteropServices;

namespace DataForge.Dedup.Sorting;

/// <summary>Sorts whole numbers by their digits, least significant first, in time linear in their number.</summary>
public static class RadixSort
{
    private const int DigitBits = 11;
    private const int Small = 2048;

    /// <summary>
    /// Sorts <paramref name="values"/> by their bits from <paramref name="lowBit"/> (0 to 63) up; the order of values that agree in those bits is
    /// kept (below 2,048 values, they are sorted by all bits). <paramref name="scratch"/> is as long. The result stands in <paramref name="values"/>.
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

    // False where all values have the same digit, and nothing was moved.
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

        ref int places = ref MemoryMarshal.GetReference(counts);
        ref ulong target = ref MemoryMarshal.GetReference(to);
        foreach (ulong value in from)
        {
            ref int place = ref System.Runtime.CompilerServices.Unsafe.Add(ref places, (int)((value >> shift) & mask));
            System.Runtime.CompilerServices.Unsafe.Add(ref target, place++) = value;
        }

        return true;
    }
}
