using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataForge.Cleaner.Decontamination;

/// <content>The search in files.</content>
public sealed partial class BenchmarkIndex
{
    // A file contains a part of a text if it has more than half of its runs, and at least 24: about 31 tokens, three lines of code.
    private const double PartShare = 0.5;
    private const int MinPartRuns = 24;

    /// <summary>
    /// Searches one file after another, a thousand tokens at a time: tokens are read, then their runs are hashed, then those that
    /// pass the filters are looked up.
    /// </summary>
    public sealed class Scanner(BenchmarkIndex index)
    {
        // For each text and each distance between the positions of its runs in the file and in the text: the length of the current
        // sequence of consecutive runs, and the position in the file of the last of them.
        private readonly Dictionary<(int Text, int Shift), (int Length, int Position)> _sequences = [];

        // For each text: how many of its distinct runs were seen, and which.
        private readonly Dictionary<int, int> _parts = [];
        private readonly HashSet<(int Text, int Position)> _seen = [];

        private const int Batch = 1024;
        private const int Spare = 32;

        // With room after the last token, because vectors read beyond it.
        private readonly ulong[] _tokens = new ulong[Batch + Spare];
        private readonly ulong[] _hashes = new ulong[Batch + Spare];
        private readonly int[] _likely = new int[Batch];

        /// <summary>The text of a benchmark that the file holds; null if it holds none.</summary>
        public BenchmarkText? Find(ReadOnlySpan<byte> file)
        {
            Empty();
            var reader = new TokenReader(file);
            int kept = 0;
            for (int first = 0; ; first += Batch - Gram + 1)
            {
                int count = kept + reader.Read(_tokens.AsSpan(kept, Batch - kept));
                int runs = count - Gram + 1;
                if (runs <= 0)
                {
                    return null;
                }

                HashRuns(runs);
                foreach (int run in _likely.AsSpan(0, FilterRuns(runs)))
                {
                    ulong hash = _hashes[run];
                    if (index.PassesSecond(hash) && index._postings.TryGetValue(hash, out List<Posting>? postings)
                        && Match(postings, first + run) is { } found)
                    {
                        return found;
                    }
                }

                if (count < Batch)
                {
                    return null;
                }

                // Runs that begin in this batch and end in the next.
                kept = Gram - 1;
                _tokens.AsSpan(runs, kept).CopyTo(_tokens);
            }
        }

        // A table that one file made large would be cleared as a whole for each file after it.
        private void Empty()
        {
            const int MaxKept = 256;
            _sequences.Clear();
            _parts.Clear();
            _seen.Clear();
            if (_sequences.Capacity > MaxKept)
            {
                _sequences.TrimExcess();
            }

            if (_parts.Capacity > MaxKept)
            {
                _parts.TrimExcess();
            }

            if (_seen.Capacity > MaxKept)
            {
                _seen.TrimExcess();
            }
        }

        // Hash i is of the tokens from i on: a polynomial over them, the first one with the highest power. It is computed from pairs of
        // tokens, then pairs of pairs, then pairs of those. Values after the last run are computed too, and not used. The factors are
        // no static fields: in a method that is compiled at its first call, each use of such a field tests whether its class is ready.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void HashRuns(int runs)
        {
            var factor1 = new Vector<ulong>(Base);
            var factor2 = new Vector<ulong>(unchecked(Base * Base));
            var factor4 = new Vector<ulong>(unchecked(Base * Base * Base * Base));
            ref ulong tokens = ref MemoryMarshal.GetArrayDataReference(_tokens);
            ref ulong hashes = ref MemoryMarshal.GetArrayDataReference(_hashes);
            int width = Vector<ulong>.Count;
            for (nuint i = 0; i < (nuint)(runs + 6); i += (nuint)width)
            {
                ((Vector.LoadUnsafe(ref tokens, i) * factor1) + Vector.LoadUnsafe(ref tokens, i + 1)).StoreUnsafe(ref hashes, i);
            }

            for (nuint i = 0; i < (nuint)(runs + 4); i += (nuint)width)
            {
                ((Vector.LoadUnsafe(ref hashes, i) * factor2) + Vector.LoadUnsafe(ref hashes, i + 2)).StoreUnsafe(ref hashes, i);
            }

            for (nuint i = 0; i < (nuint)runs; i += (nuint)width)
            {
                ((Vector.LoadUnsafe(ref hashes, i) * factor4) + Vector.LoadUnsafe(ref hashes, i + 4)).StoreUnsafe(ref hashes, i);
            }
        }

        // Which runs may be in a text. Without a branch, so that several words of the filter are fetched at once.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int FilterRuns(int runs)
        {
            ref ulong filter = ref MemoryMarshal.GetArrayDataReference(index._filter);
            ref int likely = ref MemoryMarshal.GetArrayDataReference(_likely);
            ref ulong hashes = ref MemoryMarshal.GetArrayDataReference(_hashes);
            int shift = index._filterShift;
            nint count = 0;
            for (int run = 0; run < runs; run++)
            {
                // The highest bits, no more than the filter has words: no bounds need a check.
                ulong hash = Unsafe.Add(ref hashes, run);
                ulong missing = FilterMask(hash) & ~Unsafe.Add(ref filter, (nint)(hash >> shift));
                Unsafe.Add(ref likely, count) = run;
                count += missing == 0 ? 1 : 0;
            }

            return (int)count;
        }

        private BenchmarkText? Match(List<Posting> postings, int position)
        {
            foreach ((int text, int textPosition, bool counts) in postings)
            {
                ref (int Length, int Position) sequence = ref CollectionsMarshal.GetValueRefOrAddDefault(
                    _sequences, (text, position - textPosition), out bool known);
                sequence = (known && sequence.Position == position - 1 ? sequence.Length + 1 : 1, position);
                if (sequence.Length >= index._runs[text])
                {
                    return index._texts[text];
                }

                if (counts && _seen.Add((text, textPosition)))
                {
                    ref int parts = ref CollectionsMarshal.GetValueRefOrAddDefault(_parts, text, out _);
                    parts++;
                    if (parts >= MinPartRuns && parts > PartShare * index._distinctRuns[text])
                    {
                        return index._texts[text];
                    }
                }
            }

            return null;
        }
    }
}
