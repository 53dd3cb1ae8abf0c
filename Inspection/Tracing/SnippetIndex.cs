namespace DataForge.Inspection.Tracing;

/// <summary>
/// A hash table of all windows of <see cref="SourceRule.Window"/> tokens in several snippets. A window's hash is the polynomial
/// h(t₀)·B⁷ + h(t₁)·B⁶ + … + h(t₇) modulo 2⁶⁴; the hash of the next window takes three operations (Karp and Rabin 1987,
/// https://doi.org/10.1147/rd.312.0249). Windows are numbered: those of one snippet follow each other, and between two snippets one
/// number stays unused, so that no run of windows goes from one snippet into the next.
/// </summary>
internal sealed class SnippetIndex
{
    /// <summary>B, 2⁶⁴ divided by the golden ratio. It is odd, so that multiplying by it loses no bits of a token's hash.</summary>
    private const ulong Base = 0x9E3779B97F4A7C15;

    /// <summary>
    /// A window that repeats more often in the snippets is looked up at its first occurrences only. Otherwise a table of equal rows,
    /// compared
    /// with another such table, would take quadratic time.
    /// </summary>
    private const int MaxOccurrences = 256;

    private readonly ulong _baseToWindow = 1;
    private readonly ulong[] _keys;
    private readonly int[] _first;
    private readonly int[] _next;
    private readonly ulong[] _filter;
    private readonly int _shift;

    /// <summary>Indexes snippets. Memory: 4 to 8 slots of 13 bytes per window.</summary>
    public SnippetIndex(IReadOnlyList<Snippet> snippets)
    {
        Snippets = snippets;
        for (int i = 0; i < SourceRule.Window; i++)
        {
            _baseToWindow *= Base;
        }

        FirstWindow = new int[snippets.Count];
        int windows = 1; // the number before the first window stays unused as well
        for (int i = 0; i < snippets.Count; i++)
        {
            FirstWindow[i] = windows;
            windows += WindowsOf(snippets[i]) + 1;
        }

        Windows = windows;
        SnippetOf = new int[windows];
        _next = new int[windows];
        int bits = 6;
        while (1 << bits < 4 * windows)
        {
            bits++;
        }

        _shift = 64 - bits;
        _keys = new ulong[1 << bits];
        _first = new int[1 << bits];
        _filter = new ulong[1 << (bits - 3)]; // 8 bits per slot: at most one window in 32 of unrelated code passes
        var occurrences = new int[1 << bits];
        for (int i = 0; i < snippets.Count; i++)
        {
            Insert(i, occurrences);
        }
    }

    /// <summary>The snippets, by number.</summary>
    public IReadOnlyList<Snippet> Snippets { get; }

    /// <summary>By snippet: the number of its first window.</summary>
    public int[] FirstWindow { get; }

    /// <summary>By window: the number of its snippet.</summary>
    public int[] SnippetOf { get; }

    /// <summary>One more than the highest number of a window.</summary>
    public int Windows { get; }

    /// <summary>How many windows a snippet has.</summary>
    public static int WindowsOf(Snippet snippet) => Math.Max(0, snippet.Hashes.Length - SourceRule.Window + 1);

    /// <summary>The hash of the window that ends with token <paramref name="at"/>.</summary>
    /// <param name="before">The hash of the window before it; 0 before the first token.</param>
    /// <param name="tokens">The hashes of the tokens.</param>
    /// <param name="at">The number of the window's last token.</param>
    public ulong Roll(ulong before, ReadOnlySpan<ulong> tokens, int at)
    {
        ulong hash = (before * Base) + tokens[at];
        return at >= SourceRule.Window ? hash - (tokens[at - SourceRule.Window] * _baseToWindow) : hash;
    }

    /// <summary>The highest number of a window with this hash, 0 if there is none.</summary>
    public int Find(ulong hash)
    {
        ulong bit = hash >> (_shift - 3);
        if ((_filter[bit >> 6] & (1ul << (int)(bit & 63))) == 0)
        {
            return 0;
        }

        int slot = (int)(hash >> _shift);
        while (_first[slot] != 0 && _keys[slot] != hash)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        return _first[slot];
    }

    /// <summary>The next lower number of a window with the same hash, 0 if there is none.</summary>
    public int Next(int window) => _next[window];

    private void Insert(int snippet, int[] occurrences)
    {
        ulong[] tokens = Snippets[snippet].Hashes;
        ulong hash = 0;
        for (int at = 0; at < tokens.Length; at++)
        {
            hash = Roll(hash, tokens, at);
            int window = FirstWindow[snippet] + at - SourceRule.Window + 1;
            if (at < SourceRule.Window - 1)
            {
                continue;
            }

            SnippetOf[window] = snippet;
            int slot = (int)(hash >> _shift);
            while (_first[slot] != 0 && _keys[slot] != hash)
            {
                slot = (slot + 1) & (_keys.Length - 1);
            }

            if (occurrences[slot]++ < MaxOccurrences)
            {
                _keys[slot] = hash;
                _next[window] = _first[slot];
                _first[slot] = window;
                ulong bit = hash >> (_shift - 3);
                _filter[bit >> 6] |= 1ul << (int)(bit & 63);
            }
        }
    }
}
