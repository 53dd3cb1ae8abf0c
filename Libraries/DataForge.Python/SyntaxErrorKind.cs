namespace DataForge.Python;

/// <summary>Why a source is not valid Python.</summary>
public enum SyntaxErrorKind : byte
{
    /// <summary>No error.</summary>
    None,

    // Found in the bytes.

    /// <summary>The bytes are not UTF-8.</summary>
    NotUtf8,

    /// <summary>A byte 0.</summary>
    NullByte,

    /// <summary>A character that begins no token.</summary>
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

    /// <summary>A string that ends with its line or with the source.</summary>
    UnterminatedString,

    /// <summary>A triple-quoted string that ends with the source.</summary>
    UnterminatedTripleQuotedString,

    /// <summary>A malformed <c>\x</c>, <c>\u</c>, <c>\U</c> or <c>\N{…}</c>.</summary>
    InvalidEscape,

    /// <summary>A bytes literal with a character outside ASCII.</summary>
    NonAsciiBytes,

    /// <summary>A <c>}</c> that stands alone in an f-string.</summary>
    SingleCloseBrace,

    /// <summary>f-strings or their fields nested too deep.</summary>
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

    /// <summary>Tabs and spaces mixed so that the depth depends on the width of a tab.</summary>
    InconsistentTabs,

    /// <summary>An indentation that returns to no outer level.</summary>
    InconsistentDedent,

    // Found by the parser.

    /// <summary>A token that cannot stand where it does.</summary>
    UnexpectedToken,

    /// <summary>An indented block is missing.</summary>
    ExpectedBlock,

    /// <summary>An indentation where none may be.</summary>
    UnexpectedIndent,

    /// <summary>An expression is missing.</summary>
    ExpectedExpression,

    /// <summary>Something that cannot be assigned to, deleted, annotated or bound.</summary>
    InvalidTarget,

    /// <summary>Arguments or parameters in an order that is not allowed.</summary>
    InvalidArguments,

    /// <summary>Bytes, text and template strings side by side.</summary>
    MixedStrings,

    /// <summary>An f-string field that is not well formed.</summary>
    InvalidField,

    /// <summary>A malformed pattern of a <c>case</c>.</summary>
    InvalidPattern,

    /// <summary>Expressions nested deeper than the parser follows.</summary>
    TooComplex,
}
