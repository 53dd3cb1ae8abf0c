using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DataForge.Python;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// Turns texts into sets of shingles: runs of <see cref="ShingleSettings.Length"/> tokens, as distinct 64-bit hashes in ascending
/// order. Two different shingles have the same hash with a probability of 2^-64; any two of two files with 100,000 shingles, with 5e-10.
/// Not thread-safe.
/// </summary>
public sealed class Shingler
{
    private readonly UniformSort _sort = new();
    private readonly ulong _seed;
    private readonly ulong[] _factors;
    private readonly Vector<ulong>[] _vectorFactors;
    private readonly uint _kinds;
    private readonly bool _words;

    // The hashes of the tokens, which those of the shingles then replace.
    private ulong[] _tokens = new ulong[1 << 12];
    private ulong[] _set = new ulong[1 << 12];
    private int _distinct;

    /// <summary>Creates a shingler.</summary>
    /// <param name="settings">The length and kind of shingles, the tokens that count, and the seed.</param>
    public Shingler(ShingleSettings settings)
    {
        _words = settings.Kind == ShingleKind.Words;
        _seed = Hashing.Mix(settings.Seed);
        // Odd factors: a shingle's hash is a bijection of any one token's hash when the others are fixed.
        _factors = [.. Enumerable.Range(0, settings.Length).Select(i => Hashing.Derive(settings.Seed, i) | 1)];
        _vectorFactors = Array.ConvertAll(_factors, factor => new Vector<ulong>(factor));
        _kinds = KindsOf(settings.Classes);
    }

    /// <summary>Tokens of the last text.</summary>
    public int TokenCount { get; private set; }

    /// <summary>The shingles of the last text; valid until the next. Empty where it has fewer tokens than a shingle.</summary>
    public ReadOnlySpan<ulong> Set => _set.AsSpan(0, _distinct);

    /// <summary>Computes the shingles of a text.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="tokens">The text's tokens, if it has just been parsed; else it is lexed here, with the same result.</param>
    public void Process(ReadOnlySpan<byte> text, PythonTokens? tokens = null)
    {
        TokenCount = _words ? HashWords(text) : tokens is { AreKnown: true } ? HashTokens(text, tokens.Read()) : HashCode(text);
        int count = Math.Max(0, TokenCount - _factors.Length + 1);
        Combine(count);
        if (_set.Length < count)
        {
            _set = new ulong[_tokens.Length];
        }

        _distinct = _sort.SortDistinct(_tokens.AsSpan(0, count), _set);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int HashCode(ReadOnlySpan<byte> text)
    {
        var lexer = new PythonLexer(text, LexerOptions.WholeFStrings);
        ulong[] tokens = _tokens;
        int count = 0;
        while (lexer.Next())
        {
            if (((_kinds >> (int)lexer.Kind) & 1) != 0)
            {
                if (count == tokens.Length)
                {
                    tokens = Grow(count + 1);
                }

                tokens[count++] = Hashing.Of(text, lexer.Start, lexer.Length, _seed);
            }
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int HashTokens(ReadOnlySpan<byte> text, PythonTokenReader reader)
    {
        ulong[] tokens = _tokens.Length < reader.MaxCount ? Grow(reader.MaxCount) : _tokens;
        uint kinds = _kinds;
        ulong seed = _seed;
        int count = 0;
        while (reader.Next())
        {
            // A token that does not count is overwritten by the next: no branch can predict which.
            tokens[count] = Hashing.Of(text, reader.Start, reader.Length, seed);
            count += (int)(kinds >> (int)reader.Kind) & 1;
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

            if (count == _tokens.Length)
            {
                Grow(count + 1);
            }

            _tokens[count++] = Hashing.Of(text, start, at - start, _seed);
        }
    }

    private ulong[] Grow(int count)
    {
        Array.Resize(ref _tokens, (int)BitOperations.RoundUpToPowerOf2((uint)count));
        return _tokens;
    }

    // shingle i = mix(Σ factor j · token i+j), two vectors of shingles at a time. It takes the place of token i, which no later one needs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Combine(int count)
    {
        ref ulong tokens = ref MemoryMarshal.GetArrayDataReference(_tokens);
        ReadOnlySpan<Vector<ulong>> factors = _vectorFactors;
        int width = Vector<ulong>.Count;
        int i = 0;
        for (; i + (2 * width) <= count; i += 2 * width)
        {
            Vector<ulong> left = default;
            Vector<ulong> right = default;
            for (int j = 0; j < factors.Length; j++)
            {
                Vector<ulong> factor = factors[j];
                left += Vector.LoadUnsafe(ref tokens, (nuint)(i + j)) * factor;
                right += Vector.LoadUnsafe(ref tokens, (nuint)(i + j + width)) * factor;
            }

            Mix(left).StoreUnsafe(ref tokens, (nuint)i);
            Mix(right).StoreUnsafe(ref tokens, (nuint)(i + width));
        }

        for (; i < count; i++)
        {
            ulong sum = 0;
            for (int j = 0; j < _factors.Length; j++)
            {
                sum += _tokens[i + j] * _factors[j];
            }

            sum = (sum ^ (sum >> 32)) * Hashing.K1;
            _tokens[i] = sum ^ (sum >> 29);
        }
    }

    private static Vector<ulong> Mix(Vector<ulong> sum)
    {
        sum = (sum ^ (sum >> 32)) * new Vector<ulong>(Hashing.K1);
        return sum ^ (sum >> 29);
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
