namespace DataForge.Inspection.Tracing;

/// <summary>
/// The windows of <see cref="TraceRule.Window"/> tokens of several snippets, by hash. A window's hash is the polynomial
/// h(t₀)·B⁷ + h(t₁)·B⁶ + … + h(t₇) modulo 2⁶⁴, which moves on by one token in three operations (Karp and Rabin 1987). Windows have
/// numbers: those of one snippet follow each other, and between two snippets one number is left out.
/// </summary>
internal sealed class SnippetIndex
{
    /// <summary>An odd constant, so that no token's share is lost: 2⁶⁴ divided by the golden ratio.</summary>
    private const ulong Base = 0x9E3779B97F4A7C15;

    /// <summary>A window that stands more often in the snippets is looked for at its first places only, so that tables cost no quadratic time.</summary>
    private const int MostPlaces = 256;

    private readonly ulong _baseToWindow = 1;
    private readonly ulong[] _keys;
    private readonly int[] _first;
    private readonly int[] _next;
    private readonly ulong[] _filter;
    private readonly int _shift;

    public SnippetIndex(IReadOnlyList<Snippet> snippets)
    {
        Snippets = snippets;
        for (int i = 0; i < TraceRule.Window; i++)
        {
            _baseToWindow *= Base;
        }

        FirstWindow = new int[snippets.Count];
        int windows = 1; // the number before the first window is left out as well
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
        _filter = new ulong[1 << (bits - 3)]; // 8 bits a slot: at most one window in 32 of unrelated code passes
        var places = new int[1 << bits];
        for (int i = 0; i < snippets.Count; i++)
        {
            Insert(i, places);
        }
    }

    public IReadOnlyList<Snippet> Snippets { get; }

    /// <summary>The number of each snippet's first window.</summary>
    public int[] FirstWindow { get; }

    /// <summary>The snippet of each window.</summary>
    public int[] SnippetOf { get; }

    /// <summary>One more than the highest number of a window.</summary>
    public int Windows { get; }

    /// <summary>Windows of a snippet.</summary>
    public static int WindowsOf(Snippet snippet) => Math.Max(0, snippet.Hashes.Length - TraceRule.Window + 1);

    /// <summary>The hash of the window that ends with token <paramref name="at"/>, from that of the window before it (0 before the first token).</summary>
    public ulong Roll(ulong before, ReadOnlySpan<ulong> tokens, int at)
    {
        ulong hash = (before * Base) + tokens[at];
        return at >= TraceRule.Window ? hash - (tokens[at - TraceRule.Window] * _baseToWindow) : hash;
    }

    /// <summary>The highest number of a window with this hash, 0 where there is none.</summary>
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

    /// <summary>The next lower number of a window with the same hash, 0 where there is none.</summary>
    public int Next(int window) => _next[window];

    private void Insert(int snippet, int[] places)
    {
        ulong[] tokens = Snippets[snippet].Hashes;
        ulong hash = 0;
        for (int at = 0; at < tokens.Length; at++)
        {
            hash = Roll(hash, tokens, at);
            int window = FirstWindow[snippet] + at - TraceRule.Window + 1;
            if (at < TraceRule.Window - 1)
            {
                continue;
            }

            SnippetOf[window] = snippet;
            int slot = (int)(hash >> _shift);
            while (_first[slot] != 0 && _keys[slot] != hash)
            {
                slot = (slot + 1) & (_keys.Length - 1);
            }

            if (places[slot]++ < MostPlaces)
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
