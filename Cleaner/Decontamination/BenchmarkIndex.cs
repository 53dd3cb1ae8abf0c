using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Cleaner.Decontamination;

/// <summary>
/// Finds texts of benchmarks in files. Both are read as words and signs. White space, quotes, '#' and backslashes are left out, so that
/// indentation, wrapping and other kinds of quotes or comments do not hide a text. A file contains a text if all of it is there in one
/// piece, or if more than half of its distinct runs of <see cref="Gram"/> tokens are there (runs with fewer than <see cref="WordsInRun"/>
/// words do not count, because lists of numbers resemble each other). Very short texts are not evidence: <c>return x + y</c> is everywhere.
/// Immutable; each thread has its own <see cref="Scanner"/>.
/// </summary>
public sealed class BenchmarkIndex
{
    /// <summary>
    /// Tokens in a run, and the fewest that a prompt must have to be searched for: "Write a function to swap two numbers." has eight.
    /// GPT-3 used 13 words for all texts (https://arxiv.org/abs/2005.14165, appendix C). It can be fewer here, because one run is no
    /// evidence; a whole text is, or half of one.
    /// </summary>
    public const int Gram = 8;

    /// <summary>
    /// The fewest tokens that a solution must have to be searched for: <c>return a + b if a &gt; b else 0</c> has ten, and is written
    /// by many who never saw the benchmark.
    /// </summary>
    public const int ShortestSolution = 11;

    /// <summary>The fewest words (two letters or more) in a run that counts as a part of a text.</summary>
    public const int WordsInRun = 4;

    // The binary logarithm of the number of words in the filter: 2 KiB to 512 KiB, which fits into a core's second-level cache.
    private const int MinFilterBits = 8;
    private const int MaxFilterBits = 16;

    // A file contains a part of a text if it has more than half of its runs, and at least 24: about 31 tokens, three lines of code.
    private const double PartShare = 0.5;
    private const int MinPartRuns = 24;

    // 2^64 divided by the golden ratio, odd: the usual multiplier of Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
    private const ulong Base = 0x9E3779B97F4A7C15;

    private readonly List<BenchmarkText> _texts = [];
    private readonly List<int> _runs = [];
    private readonly List<int> _distinctRuns = [];
    private readonly Dictionary<ulong, List<Posting>> _postings = [];

    // A Bloom filter that stays in the cache: each run sets two bits of one word (Putze et al. 2007, "Cache-, hash- and space-efficient
    // Bloom filters"). It has 16 to 32 bits per run, up to 512 KiB, so that one or two of a hundred other runs have to be looked up; a
    // larger filter would cost more in cache misses than it saves.
    private readonly ulong[] _filter;
    private readonly int _filterShift;

    // A bit for each run, chosen by the lowest bits of its hash: of the runs that pass the filter by chance, few pass this as well, and a
    // lookup takes ten times as long.
    private readonly ulong[] _sieve;

    /// <summary>Indexes these texts; texts that are too short are left out.</summary>
    /// <param name="texts">The texts of the benchmarks.</param>
    public BenchmarkIndex(IEnumerable<BenchmarkText> texts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var tokens = new List<ulong>();
        var words = new List<bool>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (BenchmarkText text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text.Text);
            hash.AppendData(Encoding.UTF8.GetBytes($"{text.Problem}\0{text.Part}\0{bytes.Length}\0"));
            hash.AppendData(bytes);
            tokens.Clear();
            words.Clear();
            for (var reader = new TokenReader(bytes); reader.Next(out ulong token);)
            {
                tokens.Add(token);
                words.Add(reader.IsWord);
            }

            if (tokens.Count < (text.Part == "solution" ? ShortestSolution : Gram))
            {
                TooShort++;
            }
            else if (seen.Add(text.Text))
            {
                Add(text, CollectionsMarshal.AsSpan(tokens), CollectionsMarshal.AsSpan(words));
            }
        }

        Hash = Convert.ToHexStringLower(hash.GetHashAndReset());
        int bits = Math.Clamp(BitOperations.Log2((uint)_postings.Count | 1) - 1, MinFilterBits, MaxFilterBits);
        _filter = new ulong[1 << bits];
        _filterShift = 64 - bits;
        _sieve = new ulong[1 << bits];
        foreach (ulong run in _postings.Keys)
        {
            _filter[run >> _filterShift] |= FilterMask(run);
            _sieve[PlaceInSieve(run)] |= 1UL << (int)run;
        }
    }

    /// <summary>The number of texts that are searched for.</summary>
    public int Count => _texts.Count;

    /// <summary>The number of texts that are too short to be searched for.</summary>
    public int TooShort { get; }

    /// <summary>SHA-256 of all texts, for the options hash.</summary>
    public string Hash { get; }

    /// <summary>Reads benchmark files and folders; null if there are none.</summary>
    /// <exception cref="Corpus.DataForgeException">One cannot be read.</exception>
    public static BenchmarkIndex? Load(IReadOnlyCollection<string> paths) =>
        paths.Count == 0 ? null : new BenchmarkIndex(paths.Order(StringComparer.Ordinal).SelectMany(BenchmarkProblems.Read));

    private void Add(BenchmarkText text, ReadOnlySpan<ulong> tokens, ReadOnlySpan<bool> words)
    {
        int number = _texts.Count;
        _texts.Add(text);
        _runs.Add(tokens.Length - Gram + 1);
        int distinct = 0;
        for (int i = 0; i + Gram <= tokens.Length; i++)
        {
            ulong hash = 0;
            foreach (ulong token in tokens.Slice(i, Gram))
            {
                hash = (hash * Base) + token;
            }

            ref List<Posting>? postings = ref CollectionsMarshal.GetValueRefOrAddDefault(_postings, hash, out _);
            postings ??= [];
            bool isFirst = !postings.Exists(posting => posting.Text == number);
            bool counts = isFirst && words.Slice(i, Gram).Count(true) >= WordsInRun;
            distinct += counts ? 1 : 0;
            postings.Add(new Posting(number, i, counts));
        }

        _distinctRuns.Add(distinct);
    }

    // The highest bits, at most sixteen, choose the word; the next twelve choose two bits in it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FilterMask(ulong hash) => (1UL << (int)((hash >> 42) & 63)) | (1UL << (int)((hash >> 36) & 63));

    private int PlaceInSieve(ulong hash) => (int)(hash >> 6) & (_sieve.Length - 1);

    private bool IsInSieve(ulong hash) => ((_sieve[PlaceInSieve(hash)] >> (int)hash) & 1) != 0;

    /// <summary>
    /// The position of a run in a text, and whether it counts as a part of the text: of equal runs only the first counts.
    /// </summary>
    private readonly record struct Posting(int Text, int Position, bool Counts);

    /// <summary>
    /// Searches one file after another, a thousand tokens at a time: tokens are read, then their runs are hashed, then looked up in the
    /// filter.
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
            _sequences.Clear();
            _parts.Clear();
            _seen.Clear();
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
                    if (index.IsInSieve(hash) && index._postings.TryGetValue(hash, out List<Posting>? postings)
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
