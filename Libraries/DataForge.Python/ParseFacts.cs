namespace DataForge.Python;

/// <summary>
/// What the parser saw on its way. One object serves any number of files, one after another, and keeps its memory between them. Complete
/// where the verdict is <see cref="ParseOutcome.Valid"/> or <see cref="ParseOutcome.Python2"/>; else it ends with the first error.
/// </summary>
public sealed class ParseFacts
{
    private readonly int[] _symbols = new int[256];
    private TextRange[] _docstrings = new TextRange[16];
    private int _docstringCount;

    /// <summary>Bytes from an offset on.</summary>
    /// <param name="Start">Offset in the source, in bytes.</param>
    /// <param name="Length">In bytes.</param>
    public readonly record struct TextRange(int Start, int Length);

    /// <summary>Tokens that carry content: names, keywords, numbers, strings (an f-string's pieces each), operators.</summary>
    public int Tokens => Names + Keywords + Numbers + StringParts + Operators;

    /// <summary>Identifiers, soft keywords included.</summary>
    public int Names => Sum(Symbol.Name, Symbol.Exec);

    /// <summary>Reserved words.</summary>
    public int Keywords => Sum(Symbol.False, Symbol.Yield);

    /// <summary>Numbers.</summary>
    public int Numbers => Sum(Symbol.Number, Symbol.Imaginary);

    /// <summary>String and bytes literals, f-strings and t-strings; parts that stand side by side count each.</summary>
    public int Strings => Sum(Symbol.String, Symbol.TStringStart);

    /// <summary>Operators, brackets and delimiters.</summary>
    public int Operators => Sum(Symbol.LeftParen, Symbol.AtEqual);

    /// <summary>Comments.</summary>
    public int Comments => _symbols[(int)Symbol.Comment];

    /// <summary>Bytes of comments from <c>#</c> to the end of the line.</summary>
    public int CommentBytes { get; internal set; }

    /// <summary>Bytes of string and bytes literals with prefixes and quotes, and of f-strings' literal text.</summary>
    public int StringBytes { get; internal set; }

    /// <summary>Bytes of docstrings with their quotes.</summary>
    public int DocstringBytes { get; private set; }

    /// <summary>The docstrings of module, classes and functions, with their quotes, in order; valid until the next file.</summary>
    public ReadOnlySpan<TextRange> Docstrings => _docstrings.AsSpan(0, _docstringCount);

    /// <summary><c>def</c> statements, <c>async def</c> included.</summary>
    public int Functions => _symbols[(int)Symbol.Def];

    /// <summary><c>class</c> statements.</summary>
    public int Classes => _symbols[(int)Symbol.Class];

    /// <summary><c>import</c> statements, <c>from … import</c> included.</summary>
    public int Imports => _symbols[(int)Symbol.Import];

    /// <summary>Statements that assign with <c>=</c>: plain and annotated ones; neither defaults nor keyword arguments.</summary>
    public int Assignments { get; internal set; }

    /// <summary>Every <c>=</c> that is a token of its own: assignments, defaults, keyword arguments.</summary>
    public int EqualSigns => _symbols[(int)Symbol.Equal];

    /// <summary>Lines with a token or a part of one on them; a last line without a line break counts.</summary>
    public int CodeLines { get; internal set; }

    /// <summary>Lines with a comment and nothing else.</summary>
    public int CommentLines { get; internal set; }

    /// <summary>Lines with white space or nothing.</summary>
    public int BlankLines { get; internal set; }

    /// <summary>Newer syntax met.</summary>
    public SyntaxFeatures Features { get; internal set; }

    /// <summary>How often a reserved word stands in the source, e.g. <c>"def"u8</c>; 0 for what is no reserved word.</summary>
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
