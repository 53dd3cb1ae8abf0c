namespace DataForge.Python;

/// <summary>
/// Counts and places that the parser found in a source. One object can be used for any number of files, one after another, and keeps its
/// memory between them. The facts are complete where the outcome is <see cref="ParseOutcome.Valid"/> or <see cref="ParseOutcome.Python2"/>;
/// otherwise they end at the first error.
/// </summary>
public sealed class ParseFacts
{
    private readonly int[] _symbols = new int[256];
    private TextRange[] _docstrings = new TextRange[16];
    private int _docstringCount;

    /// <summary>A range of the source.</summary>
    /// <param name="Start">Offset in the source, in bytes.</param>
    /// <param name="Length">Length in bytes.</param>
    public readonly record struct TextRange(int Start, int Length);

    /// <summary>Tokens with content: names, keywords, numbers, strings (each part of an f-string), operators.</summary>
    public int Tokens => Names + Keywords + Numbers + StringParts + Operators;

    /// <summary>Identifiers, soft keywords included.</summary>
    public int Names => Sum(Symbol.Name, Symbol.Exec);

    /// <summary>Reserved words.</summary>
    public int Keywords => Sum(Symbol.False, Symbol.Yield);

    /// <summary>Numbers.</summary>
    public int Numbers => Sum(Symbol.Number, Symbol.Imaginary);

    /// <summary>String and bytes literals, f-strings and t-strings; each of several adjacent literals counts.</summary>
    public int Strings => Sum(Symbol.String, Symbol.TStringStart);

    /// <summary>Operators, brackets and delimiters.</summary>
    public int Operators => Sum(Symbol.LeftParen, Symbol.AtEqual);

    /// <summary>Comments.</summary>
    public int Comments => _symbols[(int)Symbol.Comment];

    /// <summary>Bytes of comments, each from <c>#</c> to the end of the line.</summary>
    public int CommentBytes { get; internal set; }

    /// <summary>Bytes of string and bytes literals with prefixes and quotes, and of f-strings' literal text.</summary>
    public int StringBytes { get; internal set; }

    /// <summary>Bytes of docstrings with their quotes.</summary>
    public int DocstringBytes { get; private set; }

    /// <summary>The docstrings of the module, classes and functions, with their quotes, in order; valid until the next file.</summary>
    public ReadOnlySpan<TextRange> Docstrings => _docstrings.AsSpan(0, _docstringCount);

    /// <summary><c>def</c> statements, <c>async def</c> included.</summary>
    public int Functions => _symbols[(int)Symbol.Def];

    /// <summary><c>class</c> statements.</summary>
    public int Classes => _symbols[(int)Symbol.Class];

    /// <summary><c>import</c> statements, <c>from … import</c> included.</summary>
    public int Imports => _symbols[(int)Symbol.Import];

    /// <summary>Statements that assign with <c>=</c>, annotated ones included; not defaults or keyword arguments.</summary>
    public int Assignments { get; internal set; }

    /// <summary>Every <c>=</c> that is a token of its own: assignments, defaults, keyword arguments.</summary>
    public int EqualSigns => _symbols[(int)Symbol.Equal];

    /// <summary>Lines with a token or a part of one; a last line without a line break counts.</summary>
    public int CodeLines { get; internal set; }

    /// <summary>Lines with only a comment.</summary>
    public int CommentLines { get; internal set; }

    /// <summary>Lines with only white space, or empty.</summary>
    public int BlankLines { get; internal set; }

    /// <summary>Newer syntax that the source uses.</summary>
    public SyntaxFeatures Features { get; internal set; }

    /// <summary>How often a reserved word such as <c>"def"u8</c> occurs in the source; 0 for any other word.</summary>
    public int CountOf(ReadOnlySpan<byte> keyword)
    {
        if (keyword.Length is 0 or > 8)
        {
            return 0;
        }

        ulong word = 0;
        for (int i = 0; i < keyword.Length; i++)
        {
            word |= (ulong)keyword[i] << (8 * i);
        }

        Symbol symbol = Python.Keywords.Find(word);
        return Symbols.IsKeyword(symbol) ? _symbols[(int)symbol] : 0;
    }

    internal Span<int> SymbolCounts => _symbols;

    private int StringParts => Sum(Symbol.String, Symbol.FStringEnd);

    internal void Clear()
    {
        Array.Clear(_symbols);
        _docstringCount = 0;
        DocstringBytes = CommentBytes = StringBytes = 0;
        Assignments = CodeLines = CommentLines = BlankLines = 0;
        Features = SyntaxFeatures.None;
    }

    internal void AddDocstring(int start, int end)
    {
        if (_docstringCount == _docstrings.Length)
        {
            Array.Resize(ref _docstrings, 2 * _docstringCount);
        }

        _docstrings[_docstringCount++] = new TextRange(start, end - start);
        DocstringBytes += end - start;
    }

    private int Sum(Symbol first, Symbol last)
    {
        int sum = 0;
        for (int i = (int)first; i <= (int)last; i++)
        {
            sum += _symbols[i];
        }

        return sum;
    }
}
