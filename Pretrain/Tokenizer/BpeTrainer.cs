using System.Text;

namespace DataForge.Pretrain.Tokenizer;

/// <summary>What a vocabulary is to be.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>Tokens in all: special ones, the 256 bytes, and merged ones. 300 to 65,536; default 32,000, as PyCodeGPT's.</summary>
    public int VocabularySize { get; init; } = 32_000;

    /// <summary>A pair seen less often is not merged; at least 1, default 2.</summary>
    public long MinPairCount { get; init; } = 2;

    /// <summary>What is wrong with the options, or null.</summary>
    public string? Problem() =>
        VocabularySize is < 300 or > BpeVocabulary.MaxCount
            ? $"The vocabulary size is {VocabularySize}; it can be 300 to {BpeVocabulary.MaxCount} (16 bits a token)."
            : MinPairCount < 1 ? $"The least pair count is {MinPairCount}; it must be at least 1." : null;
}

/// <summary>
/// Byte-pair encoding's training (Sennrich et al. 2016, <see href="https://aclanthology.org/P16-1162/"/>): again and again the most frequent
/// pair of neighbouring symbols becomes one symbol.
/// </summary>
/// <remarks>
/// Each distinct pre-token is a word with a 64-bit weight. Each pair knows its weighted count and the words it stands in; a merge walks
/// those words only and corrects the counts of the neighbours. A heap gives the next pair; its entries may be out of date, always on the high
/// side, and are put right when they come up.
/// Ties go to the smaller ids, left then right; ids follow from what was merged before, so the result depends on nothing but the counts.
/// </remarks>
public sealed class BpeTrainer
{
    private readonly BpeTrainerOptions _options;
    private readonly WordList _words;
    private readonly PairTable _pairs = new();
    private readonly PriorityQueue<int, (long Count, uint Pair)> _heap = new(new MostFrequentFirst());
    private readonly List<int> _touched = [];
    private readonly List<byte[]> _tokens = [];
    private readonly List<BpeMerge> _merges = [];
    private readonly ByteStringTable _known = new();
    private readonly int _firstOrdinary;
    private readonly PreTokenization _form;

    private BpeTrainer(PreTokenCounter counts, BpeTrainerOptions options)
    {
        _options = options;
        _form = counts.Form;
        foreach (string name in SpecialTokens.All)
        {
            _tokens.Add(Encoding.UTF8.GetBytes(name));
        }

        _firstOrdinary = _tokens.Count;
        ushort[] idOfByte = new ushort[256];
        foreach (byte value in ByteAlphabet.Order)
        {
            idOfByte[value] = (ushort)AddToken([value]);
        }

        _words = new WordList(counts, idOfByte);
    }

    /// <summary>Trains a vocabulary.</summary>
    /// <param name="counts">The corpus, counted; if several workers counted, merged.</param>
    /// <param name="options">What the vocabulary is to be.</param>
    /// <param name="progress">Told how many of how many tokens there are, now and then.</param>
    /// <param name="cancellation">Ends the training early, with an exception.</param>
    /// <returns>A vocabulary, smaller than asked for where the corpus has no more pairs that are frequent enough.</returns>
    public static BpeVocabulary Train(
        PreTokenCounter counts, BpeTrainerOptions options, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        if (options.Problem() is string problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        return new BpeTrainer(counts, options).Run(progress, cancellation);
    }

    private BpeVocabulary Run(Action<int, int>? progress, CancellationToken cancellation)
    {
        _words.CountPairs(_pairs);
        for (int pair = 0; pair < _pairs.Count; pair++)
        {
            Push(pair);
        }

        Dictionary<uint, ushort> mergedBefore = [];
        int steps = 0;
        while (_tokens.Count < _options.VocabularySize && TryTakeMostFrequent(out int pair))
        {
            if ((steps++ & 127) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke(_tokens.Count, _options.VocabularySize);
            }

            uint key = _pairs.Key(pair);
            if (!mergedBefore.TryGetValue(key, out ushort result))
            {
                result = (ushort)AddToken([.. _tokens[(int)(key >> 16)], .. _tokens[(int)(key & 0xFFFF)]]);
                mergedBefore.Add(key, result);
                _merges.Add(new BpeMerge((ushort)(key >> 16), (ushort)key, result));
            }

            _touched.Clear();
            _words.Merge(_pairs, pair, result, _touched);
            foreach (int grown in _touched)
            {
                Push(grown);
            }
        }

        progress?.Invoke(_tokens.Count, _options.VocabularySize);
        return new BpeVocabulary(_form, [.. _tokens], [.. _merges], Enumerable.Range(0, _firstOrdinary));
    }

    /// <summary>The token's id; the same bytes reached by other pairs ("a" + "bc" after "ab" + "c") are the same token.</summary>
    private int AddToken(byte[] bytes)
    {
        int index = _known.GetOrAdd(bytes, out bool added);
        if (added)
        {
            _tokens.Add(bytes);
        }

        return _firstOrdinary + index;
    }

    private void Push(int pair)
    {
        long count = _pairs.CountOf(pair);
        if (count >= _options.MinPairCount)
        {
            _heap.Enqueue(pair, (count, _pairs.Key(pair)));
        }
    }

    private bool TryTakeMostFrequent(out int pair)
    {
        while (_heap.TryDequeue(out pair, out (long Count, uint Pair) entry))
        {
            if (_pairs.CountOf(pair) == entry.Count)
            {
                return true;
            }

            Push(pair);
        }

        return false;
    }

    private sealed class MostFrequentFirst : IComparer<(long Count, uint Pair)>
    {
        public int Compare((long Count, uint Pair) x, (long Count, uint Pair) y) =>
            x.Count != y.Count ? y.Count.CompareTo(x.Count) : x.Pair.CompareTo(y.Pair);
    }
}
