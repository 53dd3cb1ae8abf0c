namespace DataForge.Python;

/// <summary>Which Python a source is written in.</summary>
public enum ParseOutcome : byte
{
    /// <summary>Python 3, up to 3.14.</summary>
    Valid,

    /// <summary>Not Python 3, but Python 2.7.</summary>
    Python2,

    /// <summary>Neither.</summary>
    Invalid,
}

/// <summary>The parser's result for a source.</summary>
/// <param name="Outcome">Which Python it is.</param>
/// <param name="Reason">
/// The first error as Python 3, for <see cref="ParseOutcome.Python2"/> too; <see cref="SyntaxErrorKind.None"/> without one, or where only
/// the meaning of <c>except X, e</c> tells Python 2 from Python 3.
/// </param>
/// <param name="Offset">Offset of that error, in bytes; 0 without one.</param>
/// <param name="Line">Line of that error, from 1; 0 without one.</param>
public readonly record struct ParseVerdict(ParseOutcome Outcome, SyntaxErrorKind Reason, int Offset, int Line);

/// <summary>Syntax that Python 3.8 or a later version added.</summary>
[Flags]
public enum SyntaxFeatures : ushort
{
    /// <summary>None of the below.</summary>
    None = 0,

    /// <summary>3.8: <c>:=</c>.</summary>
    Walrus = 1,

    /// <summary>3.8: <c>/</c> among parameters.</summary>
    PositionalOnly = 2,

    /// <summary>3.9 and 3.10: <c>with (a as b, c as d):</c>.</summary>
    ParenthesizedWith = 4,

    /// <summary>3.10: <c>match</c>.</summary>
    Match = 8,

    /// <summary>3.11: <c>except*</c>.</summary>
    ExceptStar = 16,

    /// <summary>3.11, PEP 646: <c>a[*b]</c>, <c>*args: *Ts</c>.</summary>
    UnpackInSubscript = 32,

    /// <summary>
    /// 3.12, PEP 701: an f-string that earlier versions do not accept: with its own quotes, a backslash, a comment or a line break in a
    /// field.
    /// </summary>
    FreeFString = 64,

    /// <summary>3.12, PEP 695: <c>def f[T]</c>, <c>class A[T]</c>, <c>type X = …</c>.</summary>
    TypeParameters = 128,

    /// <summary>3.13, PEP 696: <c>def f[T = int]</c>.</summary>
    TypeParameterDefaults = 256,

    /// <summary>3.14, PEP 750: <c>t'…'</c>.</summary>
    TemplateStrings = 512,

    /// <summary>3.14, PEP 758: <c>except A, B:</c>.</summary>
    ExceptWithoutParentheses = 1024,

    /// <summary>What Python 3.11 does not accept.</summary>
    NewerThan311 = FreeFString | TypeParameters | TypeParameterDefaults | TemplateStrings | ExceptWithoutParentheses,

    /// <summary>What Python 3.13 does not accept.</summary>
    NewerThan313 = TemplateStrings | ExceptWithoutParentheses,
}
