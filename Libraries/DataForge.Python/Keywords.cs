namespace DataForge.Python;

/// <summary>
/// Words the grammar knows, found without a comparison loop: every word has at most 8 bytes, so it is one 64-bit number (first byte
/// lowest), and one multiplication spreads the numbers over a table in which no two meet.
/// </summary>
internal static class Keywords
{
    private const int Bits = 9;

    private static readonly ulong s_multiplier;
    private static readonly ulong[] s_words = new ulong[1 << Bits];
    private static readonly Symbol[] s_symbols = new Symbol[1 << Bits];

    static Keywords()
    {
        (string Word, Symbol Symbol)[] words = new (string, Symbol)[(int)(Symbol.Yield - Symbol.Match) + 1];
        for (Symbol symbol = Symbol.Match; symbol <= Symbol.Yield; symbol++)
        {
            string word = symbol switch
            {
                Symbol.False or Symbol.None or Symbol.True => symbol.ToString(),
                Symbol.Underscore => "_",
                _ => symbol.ToString().ToLowerInvariant(),
            };
            words[symbol - Symbol.Match] = (word, symbol);
        }

        // Odd multipliers in a fixed order until one gives every word its own slot; with 42 words in 512 slots one in six or so does.
        ulong multiplier = 0x9E3779B97F4A7C15;
        while (!TryFill(words, multiplier))
        {
            multiplier += 0x632BE59BD9B4E01A;
        }

        s_multiplier = multiplier;
    }

    /// <summary>
    /// The symbol of a word of 1 to 8 bytes packed as <paramref name="word"/>, <see cref="Symbol.Name"/> where it is none.
    /// </summary>
    public static Symbol Find(ulong word)
    {
        int slot = (int)((word * s_multiplier) >> (64 - Bits));
        return s_words[slot] == word ? s_symbols[slot] : Symbol.Name;
    }

    private static bool TryFill((string Word, Symbol Symbol)[] words, ulong multiplier)
    {
        Array.Clear(s_words);
        foreach ((string word, Symbol symbol) in words)
        {
            ulong packed = 0;
            for (int i = 0; i < word.Length; i++)
            {
                packed |= (ulong)word[i] << (8 * i);
            }

            int slot = (int)((packed * multiplier) >> (64 - Bits));
            if (s_words[slot] != 0)
            {
                return false;
            }

            s_words[slot] = packed;
            s_symbols[slot] = symbol;
        }

        return true;
    }
}
