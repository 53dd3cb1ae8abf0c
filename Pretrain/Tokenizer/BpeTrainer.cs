using System.Text;

namespace DataForge.Pretrain.Tokenizer;

/// <summary>The size of a vocabulary to train.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>Tokens in all: special ones, the 256 bytes, and merged ones. 300 to 65,536; default 32,000, as in PyCodeGPT.</summary>
    public int VocabularySize { get; init; } = 32_000;

    /// <summary>The least number of times a pair must occur to be merged; at least 1, default 2.</summary>
    public long MinPairCount { get; init; } = 2;

    /// <summary>What is wrong with the options, or null.</summary>
    public string? Problem() =>
        VocabularySize is < 300 or > BpeVocabulary.MaxCount
            ? $"The vocabulary size is {VocabularySize}; it can be 300 to {BpeVocabulary.MaxCount} (16 bits a token)."
            : MinPairCount < 1 ? $"The least pair count is {MinPairCount}; it must be at least 1." : null;
}

/// <summary>
/// Trains byte-pair encoding (Sennrich et al. 2016, <see href="https://aclanthology.org/P16-1162/"/>): repeatedly merges the most frequent
/// pair of neighbouring symbols into one symbol.
/// </summary>
/// <remarks>
/// Each distinct pre-token is a word with a 64-bit count. For each pair the weighted count and the words that contain it are known; a merge
/// visits those words only and corrects the counts of the neighbouring pairs. A heap gives the next pair; its counts may be outdated, but
/// only too high, and are corrected when they reach the top. Ties go to the smaller ids, left then right; ids follow from earlier merges,
/// so the result depends on the counts alone.
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
    /// <param name="counts">The pre-tokens of the corpus.</param>
    /// <param name="options">The size of the vocabulary.</param>
    /// <param name="progress">Called now and then with the number of tokens so far and in all.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <returns>A vocabulary; smaller than requested where the corpus has no more pairs that are frequent enough.</returns>
    /// <exception cref="ArgumentException">The options are out of range.</exception>
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
        /// <inheritdoc/>
        public int Compare((long Count, uint Pair) x, (long Count, uint Pair) y) =>
            x.Count != y.Count ? y.Count.CompareTo(x.Count) : x.Pair.CompareTo(y.Pair);
    }
}
