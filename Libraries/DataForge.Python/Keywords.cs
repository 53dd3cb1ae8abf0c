namespace DataForge.Python;

/// <summary>
/// The grammar's words, found by a perfect hash: every word has at most 8 bytes, so it is one 64-bit number (first byte lowest), and one
/// multiplication maps the words to distinct slots of a table.
/// </summary>
internal static class Keywords
{
    /// <summary>The table has 2^9 slots.</summary>
    private const int Bits = 9;

    private static readonly ulong Multiplier;
    private static readonly ulong[] Words = new ulong[1 << Bits];
    private static readonly Symbol[] SymbolsOfWords = new Symbol[1 << Bits];

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

        // Tries odd multipliers in a fixed order until every word has its own slot; with 42 words in 512 slots about one in six does.
        ulong multiplier = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio
        while (!TryFill(words, multiplier))
        {
            multiplier += 0x632BE59BD9B4E01A;
        }

        Multiplier = multiplier;
    }

    /// <summary>
    /// The symbol of a word of 1 to 8 bytes, packed into <paramref name="word"/>; <see cref="Symbol.Name"/> for any other word.
    /// </summary>
    public static Symbol Find(ulong word)
    {
        int slot = (int)((word * Multiplier) >> (64 - Bits));
        return Words[slot] == word ? SymbolsOfWords[slot] : Symbol.Name;
    }

    private static bool TryFill((string Word, Symbol Symbol)[] words, ulong multiplier)
    {
        Array.Clear(Words);
        foreach ((string word, Symbol symbol) in words)
        {
            ulong packed = 0;
            for (int i = 0; i < word.Length; i++)
            {
                packed |= (ulong)word[i] << (8 * i);
            }

            int slot = (int)((packed * multiplier) >> (64 - Bits));
            if (Words[slot] != 0)
            {
                return false;
            }

            Words[slot] = packed;
            SymbolsOfWords[slot] = symbol;
        }

        return true;
    }
}
