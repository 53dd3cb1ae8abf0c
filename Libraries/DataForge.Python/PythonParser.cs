using System.Text.Unicode;

namespace DataForge.Python;

/// <summary>
/// Says whether a source is Python as CPython's <c>ast.parse</c> does, without building a tree: the grammar of
/// https://docs.python.org/3.14/reference/grammar.html with what CPython's parser checks beside it (targets, the order of arguments,
/// escapes, numbers). What CPython leaves to its compiler, such as <c>return</c> outside a function or a name that is both parameter
/// and <c>global</c>, is no error here either. Not looked up are the characters that <c>\N{…}</c> names and the features that <c>__future__</c> has.
/// A source that is not Python 3 is tried as Python 2.7.
/// </summary>
public static class PythonParser
{
    [ThreadStatic]
    private static ParseFacts? t_facts;

    /// <summary>
    /// Checks UTF-8 source; a byte order mark may begin it, and a declared encoding is the caller's business. Takes time linear in the
    /// length, no stack beyond a fixed depth, and no memory but rented arrays. Limits are CPython's: 200 open brackets, 99 levels of
    /// indentation; its limits on memory and recursion elsewhere (a sum of 3,000 terms, 1,000 nested unary operators) are not copied.
    /// </summary>
    /// <param name="source">At most <see cref="int.MaxValue"/> bytes.</param>
    /// <param name="facts">Where to count what is met; cleared first.</param>
    public static ParseVerdict Check(ReadOnlySpan<byte> source, ParseFacts? facts = null)
    {
        facts ??= t_facts ??= new ParseFacts();
        facts.Clear();
        int zero = source.IndexOf((byte)0);
        if (zero >= 0)
        {
            return Invalid(source, SyntaxErrorKind.NullByte, zero);
        }

        if (!Utf8.IsValid(source))
        {
            return Invalid(source, SyntaxErrorKind.NotUtf8, FirstInvalid(source));
        }

        TokenBuffer tokens = new(source.Length);
        try
        {
            return Check(source, ref tokens, facts);
        }
        finally
        {
            tokens.Dispose();
        }
    }

    private static ParseVerdict Check(ReadOnlySpan<byte> source, ref TokenBuffer tokens, ParseFacts facts)
    {
        tokens.Fill(source, LexerOptions.None, facts);
        Grammar python3 = new(source, tokens, facts, python2: false);
        bool valid = python3.File();
        if (valid && !python3.MayBePython2)
        {
            return new ParseVerdict(ParseOutcome.Valid, SyntaxErrorKind.None, 0, 0);
        }

        if (IsPython2(source, ref tokens, facts))
        {
            return valid
                ? new ParseVerdict(ParseOutcome.Python2, SyntaxErrorKind.None, 0, 0)
                : new ParseVerdict(ParseOutcome.Python2, python3.Error, python3.ErrorOffset, LineOf(source, python3.ErrorOffset));
        }

        if (!valid)
        {
            return Invalid(source, python3.Error, python3.ErrorOffset);
        }

        // Read again for the facts of Python 3.
        facts.Clear();
        tokens.Fill(source, LexerOptions.None, facts);
        _ = new Grammar(source, tokens, facts, python2: false).File();
        return new ParseVerdict(ParseOutcome.Valid, SyntaxErrorKind.None, 0, 0);
    }

    private static bool IsPython2(ReadOnlySpan<byte> source, ref TokenBuffer tokens, ParseFacts facts)
    {
        facts.Clear();
        tokens.Fill(source, LexerOptions.Python2, facts);
        Grammar grammar = new(source, tokens, facts, python2: true);
        if (!grammar.File() || !grammar.UnicodeLiterals)
        {
            return grammar.Error == SyntaxErrorKind.None;
        }

        // Read again, with the escapes that strings have behind that import.
        facts.Clear();
        tokens.Fill(source, LexerOptions.Python2 | LexerOptions.UnicodeLiterals, facts);
        return new Grammar(source, tokens, facts, python2: true).File();
    }

    private static ParseVerdict Invalid(ReadOnlySpan<byte> source, SyntaxErrorKind reason, int offset) =>
        new(ParseOutcome.Invalid, reason, offset, LineOf(source, offset));

    private static int LineOf(ReadOnlySpan<byte> source, int offset) => 1 + PythonLexer.CountLines(source, 0, offset);

    private static int FirstInvalid(ReadOnlySpan<byte> source)
    {
        int at = 0;
        while (System.Text.Rune.DecodeFromUtf8(source[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }
}
