using System.Runtime.CompilerServices;

namespace DataForge.Python;

/// <summary>
/// Checks a token sequence against the grammar by recursive descent. Operators need no precedences, since nothing is built: an expression
/// is operands with operators between them. On the first error the cursor jumps to the end of the file, where nothing matches any more,
/// so that every loop ends and no caller has to look. Recursion is bounded by the lexer's limits on brackets and indentation and by
/// <see cref="MaxDepth"/> for the rest.
/// </summary>
internal ref partial struct Grammar
{
    /// <summary>
    /// Expressions inside expressions. Brackets make at most 200; more needs defaults of lambdas inside each other (CPython ends at 745).
    /// </summary>
    private const int MaxDepth = 700;

    private readonly ReadOnlySpan<byte> _source;
    private readonly ReadOnlySpan<byte> _symbols;
    private readonly ReadOnlySpan<ulong> _spans;
    private readonly SyntaxErrorKind _lexerError;
    private readonly ParseFacts _facts;
    private readonly bool _python2;

    private int _at;
    private Symbol _now;
    private int _depth;
    private int _fStrings;
    private bool _printIsName;

    /// <summary>A checker at the first token.</summary>
    public Grammar(ReadOnlySpan<byte> source, in TokenBuffer tokens, ParseFacts facts, bool python2)
    {
        _source = source;
        _symbols = tokens.Symbols;
        _spans = tokens.Spans;
        _lexerError = tokens.Error;
        _facts = facts;
        _python2 = python2;
        _now = (Symbol)_symbols[0];
    }

    /// <summary>The first error.</summary>
    public SyntaxErrorKind Error { get; private set; }

    /// <summary>Where it is, in bytes.</summary>
    public int ErrorOffset { get; private set; }

    /// <summary>Whether <c>except X, e:</c> was met in a form that 3.14 and 2.7 both take and mean differently.</summary>
    public bool MayBePython2 { get; private set; }

    /// <summary>Whether a future import of Python 2 makes plain strings text.</summary>
    public bool UnicodeLiterals { get; private set; }

    /// <summary>The whole source; false where there is an error.</summary>
    public bool File()
    {
        Docstring();
        while (_now != Symbol.EndOfFile)
        {
            Statement();
        }

        return Error == SyntaxErrorKind.None;
    }

    private readonly int Start => (int)(uint)_spans[_at];

    private readonly bool AtName => Symbols.IsName(_now) && (!_python2 || IsPython2Name(_now));

    /// <summary>Print and exec begin statements in Python 2, unless a future import makes print a name.</summary>
    private readonly bool IsPython2Name(Symbol symbol) => symbol == Symbol.Print ? _printIsName : symbol != Symbol.Exec;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance()
    {
        int next = _at + 1;
        if ((uint)next < (uint)_symbols.Length)
        {
            _at = next;
            _now = (Symbol)_symbols[next];
        }
    }

    /// <summary>The bytes of a token.</summary>
    private readonly ReadOnlySpan<byte> Text(int token)
    {
        ulong span = _spans[token];
        return _source[(int)(uint)span..(int)(span >> 32)];
    }

    private readonly Symbol Peek(int ahead = 1) =>
        (uint)(_at + ahead) < (uint)_symbols.Length ? (Symbol)_symbols[_at + ahead] : Symbol.EndOfFile;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Accept(Symbol symbol)
    {
        if (_now != symbol)
        {
            return false;
        }

        Advance();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Expect(Symbol symbol)
    {
        if (_now == symbol)
        {
            Advance();
        }
        else
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }
    }

    private void ExpectName()
    {
        if (AtName)
        {
            Advance();
        }
        else
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }
    }

    /// <summary>Keeps the first error, at the current token or at <paramref name="offset"/>, and goes to the end.</summary>
    private void Fail(SyntaxErrorKind error, int offset = -1)
    {
        if (Error != SyntaxErrorKind.None)
        {
            return;
        }

        Error = _now == Symbol.Error ? _lexerError : error;
        ErrorOffset = offset >= 0 ? offset : Start;
        _at = _symbols.Length - 1;
        _now = Symbol.EndOfFile;
    }

    private void Require(Shape shape, Shape wanted)
    {
        if ((shape & wanted) == 0)
        {
            Fail(SyntaxErrorKind.InvalidTarget);
        }
    }

    private readonly void Note(SyntaxFeatures feature) => _facts.Features |= feature;
}
