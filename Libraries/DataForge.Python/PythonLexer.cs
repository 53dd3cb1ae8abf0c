using System.Runtime.CompilerServices;

namespace DataForge.Python;

/// <summary>
/// Reads the tokens of Python source in UTF-8, without allocating and without throwing, whatever the bytes are. Bytes that are not a token
/// become a <see cref="TokenKind.Error"/>, and lexing continues after them. A source without an error token and with valid UTF-8 is one
/// that CPython's tokenizer accepts. The rules are those of https://docs.python.org/3.14/reference/lexical_analysis.html, as CPython
/// applies them to a string: a carriage return without a line feed ends a line.
/// </summary>
public ref partial struct PythonLexer
{
    /// <summary>CPython's MAXLEVEL: how many brackets may be open.</summary>
    internal const int MaxBrackets = 200;

    /// <summary>CPython's MAXINDENT: one more than the levels of indentation.</summary>
    internal const int MaxIndents = 100;

    private readonly ReadOnlySpan<byte> _source;
    private readonly LexerOptions _options;

    private int _position;
    private int _start;
    private Symbol _symbol;
    private SyntaxErrorKind _error;

    private bool _atLineStart;
    private bool _blankLine;
    private int _pendingDedents;
    private int _continuations;
    private bool _noTripleSingle;
    private bool _noTripleDouble;

    private int _level;
    private int _indent;
    private int _frames;
    private BracketStack _brackets;
    private ColumnStack _columns;
    private ColumnStack _altColumns;
    private FrameStack _frameStack;

    private int _lineCountedTo;
    private int _line;

    /// <summary>Creates a lexer before the first token of a source. A byte order mark at its beginning is skipped.</summary>
    /// <param name="source">The source in UTF-8.</param>
    /// <param name="options">Which Python, and how f-strings are read.</param>
    public PythonLexer(ReadOnlySpan<byte> source, LexerOptions options = LexerOptions.None)
    {
        _source = source;
        _options = options;
        _atLineStart = true;
        _position = source is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        _line = 1;
    }

    /// <summary>The kind of the current token.</summary>
    public readonly TokenKind Kind => Symbols.KindOf(_symbol);

    /// <summary>Offset of the current token, in bytes.</summary>
    public readonly int Start => _start;

    /// <summary>Length of the current token, in bytes.</summary>
    public readonly int Length => _position - _start;

    /// <summary>The bytes of the current token.</summary>
    public readonly ReadOnlySpan<byte> Text => _source[_start.._position];

    /// <summary>Why the current token is <see cref="TokenKind.Error"/>; else <see cref="SyntaxErrorKind.None"/>.</summary>
    public readonly SyntaxErrorKind Error => _symbol == Symbol.Error ? _error : SyntaxErrorKind.None;

    /// <summary>
    /// The line of the current token, from 1. Counted when it is read, from the token where it was last read, so that reading it for every
    /// token costs one more pass over the source.
    /// </summary>
    public int Line
    {
        get
        {
            _line += LineBreaks.Count(_source, _lineCountedTo, _start);
            _lineCountedTo = _start;
            return _line;
        }
    }

    internal readonly Symbol Symbol => _symbol;

    /// <summary>How many lines were joined by a backslash since the last call.</summary>
    internal int TakeContinuations()
    {
        int count = _continuations;
        _continuations = 0;
        return count;
    }

    /// <summary>Moves to the next token; false at the end of the source.</summary>
    public bool Next()
    {
        _symbol = Scan();
        if (_symbol is Symbol.FStringStart or Symbol.TStringStart && (_options & LexerOptions.WholeFStrings) != 0)
        {
            _symbol = ScanWholeFString();
        }

        return _symbol != Symbol.EndOfFile;
    }

    private Symbol Scan()
    {
        if (_frames > 0 && _frameStack[_frames - 1].InLiteral)
        {
            Symbol literal = ScanFStringLiteral();
            if (literal != Symbol.EndOfFile)
            {
                return literal;
            }
        }

        if (_atLineStart)
        {
            Symbol indentation = ScanIndentation();
            if (indentation != Symbol.EndOfFile)
            {
                return indentation;
            }
        }

        if (_pendingDedents > 0)
        {
            _pendingDedents--;
            _start = _position;
            return Symbol.Dedent;
        }

        return ScanToken();
    }

    private Symbol ScanToken()
    {
        ReadOnlySpan<byte> source = _source;
        int at = _position;
        while (true)
        {
            if ((uint)at >= (uint)source.Length)
            {
                return ScanEnd();
            }

            byte first = source[at];

            // One space before a token is so frequent that it need not be told from all else.
            if (first == ' ' && (uint)(at + 1) < (uint)source.Length)
            {
                at++;
                first = source[at];
            }

            switch (CharClass.Of[first])
            {
                case CharClass.Space:
                    at++;
                    continue;
                case CharClass.Letter:
                    return ScanName(at);
                case CharClass.PrefixLetter:
                    int prefix = StringPrefixLength(at);
                    return prefix > 0 ? ScanString(at, prefix) : ScanName(at);
                case CharClass.High:
                    return ScanName(at);
                case CharClass.Digit:
                    return ScanNumber(at);
                case CharClass.Quote:
                    return ScanString(at, 0);
                case CharClass.Hash:
                    int length = source[at..].IndexOfAny((byte)'\n', (byte)'\r');
                    return Token(Symbol.Comment, at, length < 0 ? source.Length : at + length);
                case CharClass.LineFeed:
                    return ScanLineBreak(at, at + 1);
                case CharClass.CarriageReturn:
                    return ScanLineBreak(at, Peek(at + 1) == '\n' ? at + 2 : at + 1);
                case CharClass.Backslash:
                    int next = ContinuationEnd(at);
                    if (next < 0)
                    {
                        return Fail(SyntaxErrorKind.LineContinuation, at, at + 1);
                    }

                    _continuations++;
                    at = next;
                    continue;
                case CharClass.Dot:
                    return char.IsAsciiDigit((char)Peek(at + 1)) ? ScanNumber(at)
                        : Peek(at + 1) == '.' && Peek(at + 2) == '.' ? Token(Symbol.Ellipsis, at, at + 3)
                        : Token(Symbol.Dot, at, at + 1);
                case CharClass.Open:
                    return ScanOpen(at, first);
                case CharClass.Close:
                    return ScanClose(at, first);
                case CharClass.Operator:
                    return ScanOperator(at, first);
                default:
                    return Fail(first == 0 ? SyntaxErrorKind.NullByte : SyntaxErrorKind.InvalidCharacter, at, at + 1);
            }
        }
    }

    /// <summary>
    /// The end of the source: an open string or bracket is one error; then the last line and all levels of indentation are closed.
    /// </summary>
    private Symbol ScanEnd()
    {
        int end = _source.Length;
        if (_frames > 0)
        {
            bool triple = _frameStack[_frames - 1].Triple;
            _frames = 0;
            return Fail(triple ? SyntaxErrorKind.UnterminatedTripleQuotedString : SyntaxErrorKind.UnterminatedString, end, end);
        }

        if (_level > 0)
        {
            _level = 0;
            return Fail(SyntaxErrorKind.UnclosedBracket, end, end);
        }

        if (!_atLineStart && !_blankLine)
        {
            _atLineStart = true;
            return Token(Symbol.Newline, end, end);
        }

        if (_indent > 0)
        {
            _indent--;
            return Token(Symbol.Dedent, end, end);
        }

        return Token(Symbol.EndOfFile, end, end);
    }

    private Symbol ScanLineBreak(int at, int end)
    {
        if (_level > 0 || _blankLine)
        {
            _atLineStart = _level == 0;
            _blankLine = false;
            return Token(Symbol.NonLogicalNewline, at, end);
        }

        _atLineStart = true;
        return Token(Symbol.Newline, at, end);
    }

    /// <summary>
    /// Where the line after a backslash begins; -1 if the backslash does not end a line, or (except in 2.7) ends the source.
    /// </summary>
    private readonly int ContinuationEnd(int backslash)
    {
        int at = backslash + 1;
        int end = Peek(at) switch
        {
            (byte)'\n' => at + 1,
            (byte)'\r' => Peek(at + 1) == '\n' ? at + 2 : at + 1,
            _ => -1,
        };
        return end < _source.Length || (_options & LexerOptions.Python2) != 0 ? end : -1;
    }

    /// <summary>The byte at an offset; 0 beyond the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte Peek(int at) => (uint)at < (uint)_source.Length ? _source[at] : (byte)0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Symbol Token(Symbol symbol, int start, int end)
    {
        _start = start;
        _position = end;
        return symbol;
    }

    private Symbol Fail(SyntaxErrorKind error, int start, int end)
    {
        _error = error;
        return Token(Symbol.Error, start, end);
    }

    [InlineArray(MaxBrackets)]
    private struct BracketStack
    {
        private byte _element;
    }

    [InlineArray(MaxIndents)]
    private struct ColumnStack
    {
        private int _element;
    }
}
