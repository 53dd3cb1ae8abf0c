namespace DataForge.Python;

/// <summary>The kind of a token of Python source.</summary>
public enum TokenKind : byte
{
    /// <summary>The end of the source; repeated on every further call.</summary>
    EndOfFile,

    /// <summary>The end of a logical line; of length 0 if the source ends without a line break.</summary>
    Newline,

    /// <summary>One level of indentation more; of length 0.</summary>
    Indent,

    /// <summary>One level of indentation less; of length 0.</summary>
    Dedent,

    /// <summary>An identifier, soft keywords (<c>match</c>, <c>case</c>, <c>type</c>, <c>_</c>) included.</summary>
    Name,

    /// <summary>A reserved word.</summary>
    Keyword,

    /// <summary>A number.</summary>
    Number,

    /// <summary>
    /// A whole string or bytes literal with its prefix and quotes; with <see cref="LexerOptions.WholeFStrings"/> an f-string as well.
    /// </summary>
    String,

    /// <summary>Prefix and opening quotes of an f-string or t-string.</summary>
    FStringStart,

    /// <summary>Literal text inside an f-string or t-string, never empty.</summary>
    FStringMiddle,

    /// <summary>Closing quotes of an f-string or t-string.</summary>
    FStringEnd,

    /// <summary>An operator, bracket or delimiter.</summary>
    Operator,

    /// <summary>From <c>#</c> to the end of the line, the line break not included.</summary>
    Comment,

    /// <summary>A line break that ends no logical line: on a blank or comment line, or inside brackets.</summary>
    NonLogicalNewline,

    /// <summary>Bytes that are not a token; <see cref="PythonLexer.Error"/> has the reason. Lexing continues after them.</summary>
    Error,
}

/// <summary>How a source is lexed.</summary>
[Flags]
public enum LexerOptions : byte
{
    /// <summary>Python 3.14; f-strings are split into their tokens.</summary>
    None = 0,

    /// <summary>An f-string or t-string is one <see cref="TokenKind.String"/>, whatever is nested in it.</summary>
    WholeFStrings = 1,

    /// <summary>Python 2.7: its words, its numbers (<c>0777</c>, <c>1L</c>), its string prefixes (<c>ur''</c>), no f-strings.</summary>
    Python2 = 2,

    /// <summary>With <see cref="Python2"/>: plain strings are text, as after <c>from __future__ import unicode_literals</c>.</summary>
    UnicodeLiterals = 4,
}
