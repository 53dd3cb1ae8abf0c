using System.Buffers;
using System.Runtime.CompilerServices;

namespace DataForge.Python;

/// <summary>
/// The tokens that the grammar needs, without comments and line breaks that end no logical line, in rented arrays. Lexing everything first
/// is faster than lexing and parsing in turn, and lookahead costs nothing. Memory: 9 bytes per token.
/// </summary>
internal ref struct TokenBuffer
{
    private byte[] _symbols;
    private ulong[] _spans;

    /// <summary>Rents memory for a source of so many bytes.</summary>
    public TokenBuffer(int sourceLength)
    {
        // Real files have 4 to 5 bytes per token.
        int capacity = Math.Max(64, sourceLength / 4 + 16);
        _symbols = ArrayPool<byte>.Shared.Rent(capacity);
        _spans = ArrayPool<ulong>.Shared.Rent(_symbols.Length);
        Count = 0;
        Error = SyntaxErrorKind.None;
    }

    /// <summary>Tokens; the last is <see cref="Symbol.EndOfFile"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The lexer's error, if there was one; its token is the last but one.</summary>
    public SyntaxErrorKind Error { get; private set; }

    /// <summary>The <see cref="Symbol"/> of each token.</summary>
    public readonly ReadOnlySpan<byte> Symbols => _symbols.AsSpan(0, Count);

    /// <summary>The offsets of each token, in bytes: its start in the low half, its end in the high half.</summary>
    public readonly ReadOnlySpan<ulong> Spans => _spans.AsSpan(0, Count);

    /// <summary>Lexes a source up to its end or its first error, and counts what can be counted by tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(ReadOnlySpan<byte> source, LexerOptions options, ParseFacts facts)
    {
        Count = 0;
        Error = SyntaxErrorKind.None;
        PythonLexer lexer = new(source, options);
        Span<int> counts = facts.SymbolCounts;
        Span<byte> symbols = _symbols;
        Span<ulong> spans = _spans;
        int count = 0;
        bool code = false;
        bool comment = false;
        while (true)
        {
            lexer.Next();
            Symbol symbol = lexer.Symbol;
            counts[(int)symbol]++;
            int joined = lexer.TakeContinuations();
            if (joined > 0)
            {
                facts.CodeLines += joined;
                code = false;
            }

            if (symbol < Symbol.Name)
            {
                switch (symbol)
                {
                    case Symbol.Comment:
                        comment = true;
                        facts.CommentBytes += lexer.Length;
                        continue;
                    case Symbol.NonLogicalNewline:
                    case Symbol.Newline when lexer.Length > 0:
                        facts.CodeLines += code ? 1 : 0;
                        facts.CommentLines += comment && !code ? 1 : 0;
                        facts.BlankLines += !comment && !code ? 1 : 0;
                        code = comment = false;
                        if (symbol == Symbol.NonLogicalNewline)
                        {
                            continue;
                        }

                        break;
                }
            }
            else
            {
                code = true;
                if ((uint)(symbol - Symbol.String) <= Symbol.FStringEnd - Symbol.String)
                {
                    facts.StringBytes += lexer.Length;
                    facts.CodeLines += LineBreaks.Count(source, lexer.Start, lexer.Start + lexer.Length);
                }
            }

            // Space for this token and for the end after an error.
            if (count + 2 > Math.Min(symbols.Length, spans.Length))
            {
                Count = count;
                Grow();
                symbols = _symbols;
                spans = _spans;
            }

            symbols[count] = (byte)symbol;
            spans[count++] = (uint)lexer.Start | ((ulong)(uint)(lexer.Start + lexer.Length) << 32);
            if (symbol is Symbol.EndOfFile or Symbol.Error)
            {
                break;
            }
        }

        if (lexer.Symbol == Symbol.Error)
        {
            Error = lexer.Error;
            symbols[count] = (byte)Symbol.EndOfFile;
            spans[count] = spans[count - 1];
            count++;
        }

        facts.CodeLines += code ? 1 : 0;
        facts.CommentLines += comment && !code ? 1 : 0;
        Count = count;
    }

    /// <summary>Gives the arrays away and takes others, which hold no tokens.</summary>
    public void Exchange(ref byte[] symbols, ref ulong[] spans)
    {
        (_symbols, symbols) = (symbols, _symbols);
        (_spans, spans) = (spans, _spans);
        Count = 0;
    }

    /// <summary>Returns the arrays.</summary>
    public readonly void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_symbols);
        ArrayPool<ulong>.Shared.Return(_spans);
    }

    private void Grow()
    {
        byte[] symbols = ArrayPool<byte>.Shared.Rent(2 * _symbols.Length);
        _symbols.AsSpan(0, Count).CopyTo(symbols);
        ArrayPool<byte>.Shared.Return(_symbols);
        _symbols = symbols;
        ulong[] spans = ArrayPool<ulong>.Shared.Rent(2 * _spans.Length);
        _spans.AsSpan(0, Count).CopyTo(spans);
        ArrayPool<ulong>.Shared.Return(_spans);
        _spans = spans;
    }
}
