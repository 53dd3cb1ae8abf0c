using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Cleaner.Decontamination;

/// <summary>
/// Finds texts of benchmarks in files. Both are read as words and signs; white space, quotes, '#' and backslashes are left out, so that
/// neither indentation nor wrapping nor another kind of quotes or comment hides a text. A file holds a text if all of it stands there
/// in one piece, or if more than half of its different runs of <see cref="Gram"/> tokens do (runs with fewer than <see
/// cref="WordsInRun"/> words do not count: lists of numbers resemble each other). Texts too short are no evidence: <c>return x + y</c>
/// stands everywhere. Immutable; each thread has its own <see cref="Scanner"/>.
/// </summary>
public sealed class BenchmarkIndex
{
    /// <summary>
    /// Tokens in a run, and the fewest that a prompt must have to be looked for: "Write a function to swap two numbers." has eight.
    /// GPT-3 took 13 words for all texts (https://arxiv.org/abs/2005.14165, appendix C); here a run alone is no evidence, but a whole
    /// text or half of one.
    /// </summary>
    public const int Gram = 8;

    /// <summary>The fewest tokens that a solution must have to be looked for.</summary>
    public const int ShortestSolution = 11;

    /// <summary>The fewest words (two letters or more) in a run that counts as a part of a text.</summary>
    public const int WordsInRun = 4;

    // Of the filter's words, the logarithm of their number: at least, and at most.
    private const int LeastFilterBits = 8;
    private const int MostFilterBits = 16;
    private const double PartShare = 0.5;
    private const int PartLeast = 24;
    private const ulong Base = 0x9E3779B97F4A7C15;

    private readonly List<BenchmarkText> _texts = [];
    private readonly List<int> _grams = [];
    private readonly List<int> _different = [];
    private readonly Dictionary<ulong, List<Posting>> _postings = [];

    // A Bloom filter that stays in the cache: each run sets two bits of one word (Putze et al. 2007, "Cache-, hash- and space-efficient
    // Bloom filters"). It has 16 to 32 bits a run, up to 512 KiB, so that one or two in a hundred other runs have to be looked up; a
    // larger one would cost more in misses than it spares.
    private readonly ulong[] _filter;
    private readonly int _filterShift;

    /// <summary>Indexes these texts; those too short are left out.</summary>
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
        int bits = Math.Clamp(BitOperations.Log2((uint)_postings.Count | 1) - 1, LeastFilterBits, MostFilterBits);
        _filter = new ulong[1 << bits];
        _filterShift = 64 - bits;
        foreach (ulong run in _postings.Keys)
        {
            _filter[run >> _filterShift] |= FilterMask(run);
        }
    }

    /// <summary>Texts that are looked for.</summary>
    public int Count => _texts.Count;

    /// <summary>Texts left out as too short.</summary>
    public int TooShort { get; }

    /// <summary>SHA-256 of all texts, for the options hash.</summary>
    public string Hash { get; }

    /// <summary>Reads benchmark files and folders; null where there are none.</summary>
    /// <exception cref="Corpus.DataForgeException">One cannot be read.</exception>
    public static BenchmarkIndex? Load(IReadOnlyCollection<string> paths) =>
        paths.Count == 0 ? null : new BenchmarkIndex(paths.Order(StringComparer.Ordinal).SelectMany(BenchmarkProblems.Read));

    private void Add(BenchmarkText text, ReadOnlySpan<ulong> tokens, ReadOnlySpan<bool> words)
    {
        int number = _texts.Count;
        _texts.Add(text);
        _grams.Add(tokens.Length - Gram + 1);
        int different = 0;
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
            different += counts ? 1 : 0;
            postings.Add(new Posting(number, i, counts));
        }

        _different.Add(different);
    }

    // The word is chosen by the highest bits, at most sixteen; the two bits in it by twelve behind them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FilterMask(ulong hash) => (1UL << (int)((hash >> 42) & 63)) | (1UL << (int)((hash >> 36) & 63));

    /// <summary>Where a run stands in a text, and whether it counts as a part of it: only the first of equal ones does.</summary>
    private readonly record struct Posting(int Text, int Place, bool Counts);

    /// <summary>
    /// Looks through one file after another, a thousand tokens at a time: read, then hashed, then held against the filter.
    /// </summary>
    public sealed class Scanner(BenchmarkIndex index)
    {
        // Of each text met, by how much further on its runs stand in the file than in the text: how many runs one behind another, up to
        // which one.
        private readonly Dictionary<(int Text, int Shift), (int Length, int Position)> _met = [];

        // Of each text met: different runs seen.
        private readonly Dictionary<int, int> _parts = [];
        private readonly HashSet<(int Text, int Place)> _seen = [];

        private const int Batch = 1024;
        private const int Spare = 32;

        // A run's hash is a polynomial over its tokens, their first with the highest power: two tokens, then two of these, then two of
        // those.
        private static readonly Vector<ulong> Factor1 = new(Base);
        private static readonly Vector<ulong> Factor2 = new(unchecked(Base * Base));
        private static readonly Vector<ulong> Factor4 = new(unchecked(Base * Base * Base * Base));

        // Room behind the last for what vectors read beyond it.
        private readonly ulong[] _tokens = new ulong[Batch + Spare];
        private readonly ulong[] _hashes = new ulong[Batch + Spare];
        private readonly int[] _likely = new int[Batch];

        /// <summary>The text of a benchmark that the file holds; null where it holds none.</summary>
        public BenchmarkText? Find(ReadOnlySpan<byte> file)
        {
            _met.Clear();
            _parts.Clear();
            _seen.Clear();
            var reader = new TokenReader(file);
            int held = 0;
            for (int first = 0; ; first += Batch - Gram + 1)
            {
                int count = held + reader.Read(_tokens.AsSpan(held, Batch - held));
                int runs = count - Gram + 1;
                if (runs <= 0)
                {
                    return null;
                }

                HashRuns(runs);
                foreach (int run in _likely.AsSpan(0, FilterRuns(runs)))
                {
                    if (index._postings.TryGetValue(_hashes[run], out List<Posting>? postings) && Meet(postings, first + run) is { } found)
                    {
                        return found;
                    }
                }

                if (count < Batch)
                {
                    return null;
                }

                // Runs that begin in this batch and end in the next.
                held = Gram - 1;
                _tokens.AsSpan(runs, held).CopyTo(_tokens);
            }
        }

        // Hash i is of the tokens from i on. What lies behind the last run is computed too, and not used.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void HashRuns(int runs)
        {
            ref ulong tokens = ref MemoryMarshal.GetArrayDataReference(_tokens);
            ref ulong hashes = ref MemoryMarshal.GetArrayDataReference(_hashes);
            int width = Vector<ulong>.Count;
            for (nuint i = 0; i < (nuint)(runs + 6); i += (nuint)width)
            {
                ((Vector.LoadUnsafe(ref tokens, i) * Factor1) + Vector.LoadUnsafe(ref tokens, i + 1)).StoreUnsafe(ref hashes, i);
            }

            for (nuint i = 0; i < (nuint)(runs + 4); i += (nuint)width)
            {
                ((Vector.LoadUnsafe(ref hashes, i) * Factor2) + Vector.LoadUnsafe(ref hashes, i + 2)).StoreUnsafe(ref hashes, i);
            }

            for (nuint i = 0; i < (nuint)runs; i += (nuint)width)
            {
                ((Vector.LoadUnsafe(ref hashes, i) * Factor4) + Vector.LoadUnsafe(ref hashes, i + 4)).StoreUnsafe(ref hashes, i);
            }
        }

        // Which runs may be some text's. Without a branch, so that the filter's words are fetched side by side.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int FilterRuns(int runs)
        {
            ulong[] filter = index._filter;
            int shift = index._filterShift;
            int count = 0;
            int[] likely = _likely;
            ReadOnlySpan<ulong> hashes = _hashes.AsSpan(0, Math.Min(runs, likely.Length));
            for (int run = 0; run < hashes.Length; run++)
            {
                ulong hash = hashes[run];
                ulong mask = FilterMask(hash);
                likely[count] = run;
                count += (filter[hash >> shift] & mask) == mask ? 1 : 0;
            }

            return count;
        }

        private BenchmarkText? Meet(List<Posting> postings, int position)
        {
            foreach ((int text, int place, bool counts) in postings)
            {
                ref (int Length, int Position) met = ref CollectionsMarshal.GetValueRefOrAddDefault(
                    _met, (text, position - place), out bool known);
                met = (known && met.Position == position - 1 ? met.Length + 1 : 1, position);
                if (met.Length >= index._grams[text])
                {
                    return index._texts[text];
                }

                if (counts && _seen.Add((text, place)))
                {
                    ref int parts = ref CollectionsMarshal.GetValueRefOrAddDefault(_parts, text, out _);
                    parts++;
                    if (parts >= PartLeast && parts > PartShare * index._different[text])
                    {
                        return index._texts[text];
                    }
                }
            }

            return null;
        }
    }
}
