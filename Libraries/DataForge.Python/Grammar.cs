using System.Runtime.CompilerServices;

namespace DataForge.Python;

/// <summary>
/// Checks a token sequence against the grammar by recursive descent. Operators need no precedence, since no tree is built: an expression is
/// a sequence of operands with operators between them. On the first error the cursor jumps to the end of the file, where nothing matches,
/// so that every loop ends and callers need no checks. Recursion is bounded by the lexer's limits on brackets and indentation, and by
/// <see cref="MaxDepth"/> elsewhere.
/// </summary>
internal ref partial struct Grammar
{
    /// <summary>
    /// Nested expressions. Brackets nest at most 200; only defaults of nested lambdas go deeper (CPython's limit is 745).
    /// </summary>
    private const int MaxDepth = 700;

    private readonly ReadOnlySpan<byte> _source;
    private readonly ReadOnlySpan<byte> _symbols;
    private readonly ReadOnlySpan<ulong> _spans;
    private readonly SyntaxErrorKind _lexerError;
    private readonly ParseFacts _facts;
    private readonly bool _python2;

    private int _index;
    private Symbol _current;
    private int _depth;
    private int _fStrings;
    private bool _printIsName;

    /// <summary>Creates a checker at the first token.</summary>
    public Grammar(ReadOnlySpan<byte> source, in TokenBuffer tokens, ParseFacts facts, bool python2)
    {
        _source = source;
        _symbols = tokens.Symbols;
        _spans = tokens.Spans;
        _lexerError = tokens.Error;
        _facts = facts;
        _python2 = python2;
        _current = (Symbol)_symbols[0];
    }

    /// <summary>The first error; <see cref="SyntaxErrorKind.None"/> without one.</summary>
    public SyntaxErrorKind Error { get; private set; }

    /// <summary>The offset of the first error, in bytes.</summary>
    public int ErrorOffset { get; private set; }

    /// <summary>Whether the source has an <c>except X, e:</c> that both 3.14 and 2.7 accept, with different meanings.</summary>
    public bool MayBePython2 { get; private set; }

    /// <summary>Whether a future import of Python 2 makes plain strings text (<c>unicode_literals</c>).</summary>
    public bool UnicodeLiterals { get; private set; }

    /// <summary>Checks the whole source; false if it has an error.</summary>
    public bool CheckFile()
    {
        Docstring();
        while (_current != Symbol.EndOfFile)
        {
            Statement();
        }

        return Error == SyntaxErrorKind.None;
    }

    private readonly int Start => (int)(uint)_spans[_index];

    private readonly bool AtName => Symbols.IsName(_current) && (!_python2 || IsPython2Name(_current));

    /// <summary>In Python 2, print and exec begin statements, unless a future import makes print a name.</summary>
    private readonly bool IsPython2Name(Symbol symbol) => symbol == Symbol.Print ? _printIsName : symbol != Symbol.Exec;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance()
    {
        int next = _index + 1;
        if ((uint)next < (uint)_symbols.Length)
        {
            _index = next;
            _current = (Symbol)_symbols[next];
        }
    }

    /// <summary>The bytes of a token.</summary>
    private readonly ReadOnlySpan<byte> Text(int token)
    {
        ulong span = _spans[token];
        return _source[(int)(uint)span..(int)(span >> 32)];
    }

    private readonly Symbol Peek(int ahead = 1) =>
        (uint)(_index + ahead) < (uint)_symbols.Length ? (Symbol)_symbols[_index + ahead] : Symbol.EndOfFile;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Accept(Symbol symbol)
    {
        if (_current != symbol)
        {
            return false;
        }

        Advance();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Expect(Symbol symbol)
    {
        if (_current == symbol)
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

    /// <summary>Keeps the first error, at the current token or at <paramref name="offset"/>, and moves the cursor to the end.</summary>
    private void Fail(SyntaxErrorKind error, int offset = -1)
    {
        if (Error != SyntaxErrorKind.None)
        {
            return;
        }

        Error = _current == Symbol.Error ? _lexerError : error;
        ErrorOffset = offset >= 0 ? offset : Start;
        _index = _symbols.Length - 1;
        _current = Symbol.EndOfFile;
    }

    private void Require(TargetKinds targets, TargetKinds wanted)
    {
        if ((targets & wanted) == 0)
        {
            Fail(SyntaxErrorKind.InvalidTarget);
        }
    }

    private readonly void AddFeature(SyntaxFeatures feature) => _facts.Features |= feature;
}
