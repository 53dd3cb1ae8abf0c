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
public sealed partial class BenchmarkIndex
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

    // 2^64 divided by the golden ratio, odd: the usual multiplier of Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
    private const ulong Base = 0x9E3779B97F4A7C15;

    private readonly List<BenchmarkText> _texts = [];
    private readonly List<int> _runs = [];
    private readonly List<int> _distinctRuns = [];
    private readonly Dictionary<ulong, List<Posting>> _postings = [];

    // A Bloom filter that stays in the cache: each run sets two bits of one word (Putze et al. 2007, "Cache-, hash- and space-efficient
    // Bloom filters"). It has 16 to 32 bits per run, up to 512 KiB, so that one or two of a hundred other runs pass; a
    // larger filter would cost more in cache misses than it saves.
    private readonly ulong[] _filter;
    private readonly int _filterShift;

    // A bit for each run, chosen by the lowest bits of its hash: of the other runs that pass the first filter, few pass this as well, and
    // a lookup takes ten times as long.
    private readonly ulong[] _secondFilter;

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
        _secondFilter = new ulong[1 << bits];
        foreach (ulong run in _postings.Keys)
        {
            _filter[run >> _filterShift] |= FilterMask(run);
            _secondFilter[PlaceInSecond(run)] |= 1UL << (int)run;
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

    private int PlaceInSecond(ulong hash) => (int)(hash >> 6) & (_secondFilter.Length - 1);

    private bool PassesSecond(ulong hash) => ((_secondFilter[PlaceInSecond(hash)] >> (int)hash) & 1) != 0;

    /// <summary>
    /// The position of a run in a text, and whether it counts as a part of the text: of equal runs only the first counts.
    /// </summary>
    private readonly record struct Posting(int Text, int Position, bool Counts);
}
