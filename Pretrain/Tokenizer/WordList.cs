namespace DataForge.Pretrain.Tokenizer;

/// <summary>The distinct pre-tokens as words of symbols, each with its count; merges shorten them in place.</summary>
internal sealed class WordList
{
    private readonly ushort[][] _pages;
    private readonly Word[] _words;

    // Symbols. A page holds whole words, so that no index exceeds 31 bits however large the corpus is.
    private const int PageSize = 1 << 24;

    /// <summary>The words of a counter, as symbols of single bytes.</summary>
    public WordList(PreTokenCounter counts, ReadOnlySpan<ushort> idOfByte)
    {
        _words = new Word[counts.Distinct];
        List<ushort[]> filled = [];
        ushort[] page = [];
        int used = 0;
        long remaining = 0; // bytes
        for (int i = 0; i < counts.Distinct; i++)
        {
            remaining += counts.PreToken(i).Length;
        }

        for (int i = 0; i < _words.Length; i++)
        {
            ReadOnlySpan<byte> bytes = counts.PreToken(i);
            if (page.Length - used < bytes.Length)
            {
                page = new ushort[Math.Min(PageSize, remaining)];
                filled.Add(page);
                used = 0;
            }

            _words[i] = new Word { Page = filled.Count - 1, Start = used, Length = bytes.Length, Count = counts.CountOf(i) };
            foreach (byte value in bytes)
            {
                page[used++] = idOfByte[value];
            }

            remaining -= bytes.Length;
        }

        _pages = [.. filled];
    }

    /// <summary>Adds every pair of neighbouring symbols to the table.</summary>
    public void CountPairs(PairTable pairs)
    {
        for (int word = 0; word < _words.Length; word++)
        {
            ReadOnlySpan<ushort> symbols = Symbols(word);
            for (int i = 0; i + 1 < symbols.Length; i++)
            {
                pairs.Add(Key(symbols[i], symbols[i + 1]), _words[word].Count, word);
            }
        }
    }

    /// <summary>
    /// Merges a pair wherever it occurs, from left to right in each word ("aaa" gives "(aa)a"), and corrects the counts of the pairs
    /// around it.
    /// </summary>
    /// <param name="pairs">The counts.</param>
    /// <param name="pair">The pair to merge.</param>
    /// <param name="result">The symbol it becomes.</param>
    /// <param name="touched">Receives the pairs whose count grew, perhaps several times.</param>
    public void Merge(PairTable pairs, int pair, ushort result, List<int> touched)
    {
        uint key = pairs.Key(pair);
        ushort left = (ushort)(key >> 16), right = (ushort)key;
        foreach (int word in pairs.WordsOf(pair))
        {
            Span<ushort> symbols = Symbols(word);
            long count = _words[word].Count;
            int kept = 0;
            for (int i = 0; i < symbols.Length; i++)
            {
                if (symbols[i] != left || i + 1 == symbols.Length || symbols[i + 1] != right)
                {
                    symbols[kept++] = symbols[i];
                    continue;
                }

                if (kept > 0)
                {
                    ushort before = symbols[kept - 1];
                    pairs.Subtract(Key(before, left), count);
                    touched.Add(pairs.Add(Key(before, result), count, word));
                }

                if (i + 2 < symbols.Length)
                {
                    ushort after = symbols[i + 2];
                    pairs.Subtract(Key(right, after), count);
                    touched.Add(pairs.Add(Key(result, after), count, word));
                }

                symbols[kept++] = result;
                i++;
            }

            _words[word].Length = kept;
        }

        pairs.Retire(pair);
    }

    private Span<ushort> Symbols(int word) => _pages[_words[word].Page].AsSpan(_words[word].Start, _words[word].Length);

    private static uint Key(ushort left, ushort right) => ((uint)left << 16) | right;

    private struct Word
    {
        internal int Page, Start, Length;
        internal long Count;
    }
}
