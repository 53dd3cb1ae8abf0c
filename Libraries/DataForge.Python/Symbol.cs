namespace DataForge.Python;

/// <summary>
/// The terminal symbols of Python's grammar. Their order matters: names from <see cref="Name"/> to <see cref="Exec"/>, keywords from
/// <see cref="False"/> to <see cref="Yield"/>, augmented assignments from <see cref="PlusEqual"/> to <see cref="AtEqual"/>.
/// </summary>
internal enum Symbol : byte
{
    EndOfFile, Newline, Indent, Dedent, Error, Comment, NonLogicalNewline,

    // Names: plain names, soft keywords and statements of Python 2.
    Name, Match, Case, Type, Underscore, Print, Exec,

    // Keywords.
    False, None, True, And, As, Assert, Async, Await, Break, Class, Continue, Def, Del, Elif, Else, Except, Finally, For, From, Global,
    If, Import, In, Is, Lambda, Nonlocal, Not, Or, Pass, Raise, Return, Try, While, With, Yield,

    Number, Imaginary, String, Bytes, FStringStart, TStringStart, FStringMiddle, FStringEnd,

    LeftParen, RightParen, LeftBracket, RightBracket, LeftBrace, RightBrace,
    Comma, Colon, FieldColon, Semicolon, Dot, Ellipsis, Arrow, ColonEqual, Exclamation, Backquote, Tilde,
    Equal, EqualEqual, NotEqual, LessGreater, Less, LessEqual, Greater, GreaterEqual,
    Plus, Minus, Star, DoubleStar, Slash, DoubleSlash, Percent, At, Ampersand, Bar, Caret, LeftShift, RightShift,
    PlusEqual, MinusEqual, StarEqual, DoubleStarEqual, SlashEqual, DoubleSlashEqual, PercentEqual, AmpersandEqual, BarEqual, CaretEqual,
    LeftShiftEqual, RightShiftEqual, AtEqual,
}

/// <summary>Facts about <see cref="Symbol"/>s.</summary>
internal static class Symbols
{
    /// <summary>Whether the symbol is an identifier, soft keywords included.</summary>
    public static bool IsName(Symbol symbol) => (uint)(symbol - Symbol.Name) <= Symbol.Exec - Symbol.Name;

    /// <summary>Whether the symbol is a reserved word of Python 3.</summary>
    public static bool IsKeyword(Symbol symbol) => (uint)(symbol - Symbol.False) <= Symbol.Yield - Symbol.False;

    /// <summary>Whether the symbol is an augmented assignment such as <c>+=</c>.</summary>
    public static bool IsAugmentedAssignment(Symbol symbol) => symbol >= Symbol.PlusEqual;

    /// <summary>The token kind of a symbol.</summary>
    public static TokenKind KindOf(Symbol symbol) => symbol switch
    {
        Symbol.EndOfFile => TokenKind.EndOfFile,
        Symbol.Newline => TokenKind.Newline,
        Symbol.Indent => TokenKind.Indent,
        Symbol.Dedent => TokenKind.Dedent,
        Symbol.Error => TokenKind.Error,
        Symbol.Comment => TokenKind.Comment,
        Symbol.NonLogicalNewline => TokenKind.NonLogicalNewline,
        <= Symbol.Exec => TokenKind.Name,
        <= Symbol.Yield => TokenKind.Keyword,
        <= Symbol.Imaginary => TokenKind.Number,
        <= Symbol.Bytes => TokenKind.String,
        <= Symbol.TStringStart => TokenKind.FStringStart,
        Symbol.FStringMiddle => TokenKind.FStringMiddle,
        Symbol.FStringEnd => TokenKind.FStringEnd,
        _ => TokenKind.Operator,
    };
}
