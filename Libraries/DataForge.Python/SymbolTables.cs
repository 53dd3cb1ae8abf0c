namespace DataForge.Python;

/// <summary>Facts about symbols that the grammar looks up by symbol.</summary>
internal static class SymbolTables
{
    /// <summary>Not an operator between two operands.</summary>
    public const byte NoOperator = 0;

    /// <summary>An arithmetic or bitwise operator.</summary>
    public const byte Arithmetic = 1;

    /// <summary>A comparison, <c>in</c> included.</summary>
    public const byte Comparison = 2;

    /// <summary><c>and</c> or <c>or</c>.</summary>
    public const byte Logical = 3;

    /// <summary><c>not</c>, which between operands must be followed by <c>in</c>.</summary>
    public const byte NotIn = 4;

    /// <summary><c>is</c>, which may be followed by <c>not</c>.</summary>
    public const byte Is = 5;

    /// <summary>By symbol, which kind of operator it is between two operands.</summary>
    public static readonly byte[] Operators = MakeOperators();

    /// <summary>By symbol, whether an expression can begin with it.</summary>
    public static readonly bool[] ExpressionStarts = MakeExpressionStarts();

    /// <summary>By symbol, its <see cref="TokenKind"/>.</summary>
    public static readonly byte[] Kinds = [.. Enumerable.Range(0, 256).Select(symbol => (byte)Symbols.KindOf((Symbol)symbol))];

    private static byte[] MakeOperators()
    {
        byte[] table = new byte[256];
        for (Symbol symbol = Symbol.Plus; symbol <= Symbol.RightShift; symbol++)
        {
            table[(int)symbol] = Arithmetic;
        }

        for (Symbol symbol = Symbol.EqualEqual; symbol <= Symbol.GreaterEqual; symbol++)
        {
            table[(int)symbol] = Comparison;
        }

        table[(int)Symbol.In] = Comparison;
        table[(int)Symbol.Is] = Is;
        table[(int)Symbol.Not] = NotIn;
        table[(int)Symbol.And] = table[(int)Symbol.Or] = Logical;
        return table;
    }

    private static bool[] MakeExpressionStarts()
    {
        bool[] table = new bool[256];
        for (Symbol symbol = Symbol.Name; symbol <= Symbol.TStringStart; symbol++)
        {
            table[(int)symbol] = !Symbols.IsKeyword(symbol);
        }

        foreach (Symbol symbol in (ReadOnlySpan<Symbol>)
            [Symbol.None, Symbol.True, Symbol.False, Symbol.Lambda, Symbol.Not, Symbol.Await, Symbol.LeftParen, Symbol.LeftBracket,
             Symbol.LeftBrace, Symbol.Plus, Symbol.Minus, Symbol.Tilde, Symbol.Star, Symbol.Ellipsis, Symbol.Backquote])
        {
            table[(int)symbol] = true;
        }

        return table;
    }
}
