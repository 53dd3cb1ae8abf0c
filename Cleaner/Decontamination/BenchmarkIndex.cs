using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Cleaner.Decontamination;

/// <summary>
/// Finds texts of benchmarks in files. Both are read as words and signs; white space, quotes, '#' and backslashes are left out, so that neither
/// indentation nor wrapping nor another kind of quotes or comment hides a text. A file holds a text if all of it stands there in one piece, or if more
/// than half of its different runs of <see cref="Gram"/> tokens do (runs with fewer than <see cref="WordsInRun"/> words do not count: lists of
/// numbers resemble each other). Texts too short are no evidence: <c>return x + y</c> stands everywhere. Immutable; each thread has its own
/// <see cref="Scanner"/>.
/// </summary>
public sealed class BenchmarkIndex
{
    /// <summary>
    /// Tokens in a run, and the fewest that a prompt must have to be looked for: "Write a function to swap two numbers." has eight. GPT-3 took 13 words for
    /// all texts (https://arxiv.org/abs/2005.14165, appendix C); here a run alone is no evidence, but a whole text or half of one.
    /// </summary>
    public const int Gram = 8;

    /// <summary>The fewest tokens that a solution must have to be looked for.</summary>
    public const int ShortestSolution = 11;

    /// <summary>The fewest words (two letters or more) in a run that counts as a part of a text.</summary>
    public const int WordsInRun = 4;

    private const int FilterBits = 16;
    private const double PartShare = 0.5;
    private const int PartLeast = 24;
    private const ulong Base = 0x9E3779B97F4A7C15;

    private readonly List<BenchmarkText> _texts = [];
    private readonly List<int> _grams = [];
    private readonly List<int> _different = [];
    private readonly Dictionary<ulong, List<Posting>> _postings = [];

    // A Bloom filter of 512 KiB, which stays in the cache: each run sets two bits of one word (Putze et al. 2007, "Cache-, hash- and space-efficient Bloom
    // filters"). 200,000 runs fill a tenth of it, so that about one in a hundred other runs has to be looked up.
    private readonly ulong[] _filter = new ulong[1 << FilterBits];

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
            _filter[hash >> (64 - FilterBits)] |= FilterMask(hash);
        }

        _different.Add(different);
    }

    // The word is chosen by the highest bits, the two bits in it by the next twelve.
    private static ulong FilterMask(ulong hash) => (1UL << (int)((hash >> 42) & 63)) | (1UL << (int)((hash >> 36) & 63));

    /// <summary>Where a run stands in a text, and whether it counts as a part of it: only the first of equal ones does.</summary>
    private readonly record struct Posting(int Text, int Place, bool Counts);

    /// <summary>Looks through one file after another.</summary>
    public sealed class Scanner(BenchmarkIndex index)
    {
        // Of each text met, by how much further on its runs stand in the file than in the text: how many runs one behind another, up to which one.
        private readonly Dictionary<(int Text, int Shift), (int Length, int Position)> _met = [];

        // Of each text met: different runs seen.
        private readonly Dictionary<int, int> _parts = [];
        private readonly HashSet<(int Text, int Place)> _seen = [];
        private static readonly ulong OldestFactor = Power(Gram - 1);

        /// <summary>The text of a benchmark that the file holds; null where it holds none.</summary>
        public BenchmarkText? Find(ReadOnlySpan<byte> file)
        {
            _met.Clear();
            _parts.Clear();
            _seen.Clear();
            Span<ulong> ring = stackalloc ulong[Gram];
            ring.Clear();
            ulong[] filter = index._filter;
            ulong hash = 0;
            int position = 0;
            for (var reader = new TokenReader(file); reader.Next(out ulong token); position++)
            {
                ref ulong oldest = ref ring[position & (Gram - 1)];
                hash = ((hash - (oldest * OldestFactor)) * Base) + token;
                oldest = token;
                ulong mask = FilterMask(hash);
                if ((filter[hash >> (64 - FilterBits)] & mask) == mask && position >= Gram - 1
                    && index._postings.TryGetValue(hash, out List<Posting>? postings) && Meet(postings, position) is { } found)
                {
                    return found;
                }
            }

            return null;
        }

        private BenchmarkText? Meet(List<Posting> postings, int position)
        {
            foreach ((int text, int place, bool counts) in postings)
            {
                ref (int Length, int Position) met = ref CollectionsMarshal.GetValueRefOrAddDefault(_met, (text, position - place), out bool known);
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

        private static ulong Power(int exponent)
        {
            ulong power = 1;
            for (int i = 0; i < exponent; i++)
            {
                power *= Base;
            }

            return power;
        }
    }
}
