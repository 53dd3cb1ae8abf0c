namespace DataForge.Python;

/// <summary>Why a source is not valid Python.</summary>
public enum SyntaxErrorKind : byte
{
    /// <summary>No error.</summary>
    None,

    // Found before lexing.

    /// <summary>The bytes are not UTF-8.</summary>
    NotUtf8,

    /// <summary>A byte 0.</summary>
    NullByte,

    /// <summary>A character that cannot begin a token.</summary>
    InvalidCharacter,

    // Found by the lexer.

    /// <summary>An identifier with a character that Unicode's XID properties do not allow.</summary>
    InvalidIdentifier,

    /// <summary>A malformed number.</summary>
    InvalidNumber,

    /// <summary>A decimal integer other than zero with leading zeros (Python 2's octal).</summary>
    LeadingZeros,

    /// <summary>A decimal integer of more than 4,300 digits.</summary>
    TooManyDigits,

    /// <summary>A string without closing quotes on its line.</summary>
    UnterminatedString,

    /// <summary>A triple-quoted string without closing quotes.</summary>
    UnterminatedTripleQuotedString,

    /// <summary>A malformed <c>\x</c>, <c>\u</c>, <c>\U</c> or <c>\N{…}</c>.</summary>
    InvalidEscape,

    /// <summary>A bytes literal with a character outside ASCII.</summary>
    NonAsciiBytes,

    /// <summary>A single <c>}</c> in the text of an f-string.</summary>
    SingleCloseBrace,

    /// <summary>f-strings or their fields nested too deeply.</summary>
    NestedTooDeep,

    /// <summary>A backslash that is not the last character of its line, or of the source.</summary>
    LineContinuation,

    /// <summary>A closing bracket without its opening one.</summary>
    UnmatchedBracket,

    /// <summary>An opening bracket without its closing one.</summary>
    UnclosedBracket,

    /// <summary>More than 200 open brackets.</summary>
    TooManyBrackets,

    /// <summary>More than 99 levels of indentation.</summary>
    TooDeeplyIndented,

    /// <summary>Tabs and spaces mixed so that the indentation depends on the width of a tab.</summary>
    InconsistentTabs,

    /// <summary>A dedent that matches no outer level.</summary>
    InconsistentDedent,

    // Found by the parser.

    /// <summary>A token that is not allowed where it is.</summary>
    UnexpectedToken,

    /// <summary>An indented block is missing.</summary>
    ExpectedBlock,

    /// <summary>An indent where none is allowed.</summary>
    UnexpectedIndent,

    /// <summary>An expression is missing.</summary>
    ExpectedExpression,

    /// <summary>Something that cannot be assigned to, deleted, annotated or bound.</summary>
    InvalidTarget,

    /// <summary>Arguments or parameters in a wrong order.</summary>
    InvalidArguments,

    /// <summary>Adjacent literals of different kinds: bytes, text, template strings.</summary>
    MixedStrings,

    /// <summary>A malformed field of an f-string.</summary>
    InvalidField,

    /// <summary>A malformed pattern of a <c>case</c>.</summary>
    InvalidPattern,

    /// <summary>Expressions nested deeper than the parser supports.</summary>
    TooComplex,
}
