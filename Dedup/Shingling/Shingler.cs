using System.Numerics;
using System.Runtime.InteropServices;
using DataForge.Corpus.Python;
using DataForge.Dedup.Sorting;

namespace DataForge.Dedup.Shingling;

/// <summary>
/// Turns texts into sets of shingles: runs of <see cref="DedupOptions.ShingleTokens"/> tokens, each a 64-bit hash, each once, in ascending order.
/// Two different shingles have one hash with a chance of 2^-64: among two files of 100,000 shingles, any two, with 5e-10. Not thread-safe.
/// </summary>
public sealed class Shingler
{
    private readonly UniformSort _sort = new();
    private readonly ulong _seed;
    private readonly ulong[] _factors;
    private readonly uint _kinds;
    private readonly bool _words;
    private ulong[] _tokens = new ulong[1 << 12];
    private ulong[] _shingles = new ulong[1 << 12];
    private ulong[] _set = new ulong[1 << 12];
    private int _distinct;

    /// <param name="options">The length and kind of shingles, the tokens that count, and the seed.</param>
    public Shingler(DedupOptions options)
    {
        _words = options.Shingles == ShingleKind.Words;
        _seed = Hashing.Mix(options.Seed);
        // Odd factors: a shingle's hash is a bijection of any one token's hash when the others are fixed.
        _factors = [.. Enumerable.Range(0, options.ShingleTokens).Select(i => Hashing.Derive(options.Seed, i) | 1)];
        _kinds = KindsOf(options.Tokens);
    }

    /// <summary>Tokens of the text taken last.</summary>
    public int TokenCount { get; private set; }

    /// <summary>The shingles of the text taken last; valid until the next. Empty where it has fewer tokens than a shingle.</summary>
    public ReadOnlySpan<ulong> Set => _set.AsSpan(0, _distinct);

    /// <summary>Takes a text, in UTF-8.</summary>
    public void Take(ReadOnlySpan<byte> text)
    {
        // A token has a byte at least.
        if (_tokens.Length < text.Length)
        {
            int length = (int)BitOperations.RoundUpToPowerOf2((uint)text.Length);
            (_tokens, _shingles, _set) = (new ulong[length], new ulong[length], new ulong[length]);
        }

        TokenCount = _words ? HashWords(text) : HashCode(text);
        int count = Math.Max(0, TokenCount - _factors.Length + 1);
        Combine(count);
        _distinct = _sort.SortDistinct(_shingles.AsSpan(0, count), _set);
    }

    private int HashCode(ReadOnlySpan<byte> text)
    {
        var lexer = new PythonLexer(text, LexerOptions.WholeFStrings);
        ulong[] tokens = _tokens;
        int count = 0;
        while (lexer.Next())
        {
            if (((_kinds >> (int)lexer.Kind) & 1) != 0)
            {
                tokens[count++] = Hashing.Of(text, lexer.Start, lexer.Length, _seed);
            }
        }

        return count;
    }

    private int HashWords(ReadOnlySpan<byte> text)
    {
        int count = 0;
        int at = 0;
        while (true)
        {
            while (at < text.Length && !IsWord(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return count;
            }

            int start = at;
            while (at < text.Length && IsWord(text[at]))
            {
                at++;
            }

            _tokens[count++] = Hashing.Of(text, start, at - start, _seed);
        }
    }

    // shingle i = mix(Σ factor j · token i+j), a vector of them at a time.
    private void Combine(int count)
    {
        ReadOnlySpan<ulong> tokens = _tokens;
        Span<ulong> shingles = _shingles;
        int i = 0;
        for (; i + Vector<ulong>.Count <= count; i += Vector<ulong>.Count)
        {
            Vector<ulong> sum = default;
            for (int j = 0; j < _factors.Length; j++)
            {
                sum += new Vector<ulong>(tokens[(i + j)..]) * _factors[j];
            }

            sum = (sum ^ (sum >> 32)) * Hashing.K1;
            (sum ^ (sum >> 29)).CopyTo(shingles[i..]);
        }

        for (; i < count; i++)
        {
            ulong sum = 0;
            for (int j = 0; j < _factors.Length; j++)
            {
                sum += tokens[i + j] * _factors[j];
            }

            sum = (sum ^ (sum >> 32)) * Hashing.K1;
            shingles[i] = sum ^ (sum >> 29);
        }
    }

    private static bool IsWord(byte b) => char.IsAsciiLetterOrDigit((char)b) || b == (byte)'_';

    private static uint KindsOf(TokenClasses classes)
    {
        uint kinds = 0;
        void Add(TokenClasses tokenClass, params ReadOnlySpan<TokenKind> members)
        {
            foreach (TokenKind kind in members)
            {
                kinds |= classes.HasFlag(tokenClass) ? 1u << (int)kind : 0;
            }
        }

        Add(TokenClasses.Names, TokenKind.Name);
        Add(TokenClasses.Keywords, TokenKind.Keyword);
        Add(TokenClasses.Numbers, TokenKind.Number);
        Add(TokenClasses.Strings, TokenKind.String, TokenKind.FStringStart, TokenKind.FStringMiddle, TokenKind.FStringEnd);
        Add(TokenClasses.Operators, TokenKind.Operator, TokenKind.Error);
        return kinds;
    }
}
