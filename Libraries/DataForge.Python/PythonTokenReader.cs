using System.Runtime.CompilerServices;

namespace DataForge.Python;

/// <summary>Reads the tokens that the parser has lexed (<see cref="PythonTokens"/>), an f-string as one token.</summary>
public ref struct PythonTokenReader
{
    private readonly ReadOnlySpan<byte> _symbols;
    private readonly ReadOnlySpan<ulong> _spans;
    private int _next;
    private Symbol _symbol;
    private ulong _span;

    internal PythonTokenReader(ReadOnlySpan<byte> symbols, ReadOnlySpan<ulong> spans)
    {
        _symbols = symbols;
        _spans = spans;
    }

    /// <summary>As many tokens as there may be; parts of f-strings count.</summary>
    public readonly int MaxCount => _symbols.Length;

    /// <summary>The kind of the current token.</summary>
    public readonly TokenKind Kind
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (TokenKind)SymbolTables.Kinds[(int)_symbol];
    }

    /// <summary>Offset of the current token, in bytes.</summary>
    public readonly int Start
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)(uint)_span;
    }

    /// <summary>Length of the current token, in bytes.</summary>
    public readonly int Length
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)(_span >> 32) - (int)(uint)_span;
    }

    /// <summary>Moves to the next token; false at the end of the source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next()
    {
        int at = _next;
        if ((uint)at >= (uint)_symbols.Length || (uint)at >= (uint)_spans.Length)
        {
            return false;
        }

        _symbol = (Symbol)_symbols[at];
        _span = _spans[at];
        _next = at + 1;
        if (_symbol is Symbol.FStringStart or Symbol.TStringStart)
        {
            JoinFString();
        }

        return _symbol != Symbol.EndOfFile;
    }

    // An f-string's fields may contain others.
    private void JoinFString()
    {
        int open = 1;
        while (open > 0)
        {
            Symbol symbol = (Symbol)_symbols[_next];
            open += symbol is Symbol.FStringStart or Symbol.TStringStart ? 1 : symbol == Symbol.FStringEnd ? -1 : 0;
            _next++;
        }

        _symbol = Symbol.String;
        _span = (uint)_span | (_spans[_next - 1] >> 32 << 32);
    }
}
