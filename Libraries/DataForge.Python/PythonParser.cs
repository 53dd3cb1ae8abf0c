using System.Text.Unicode;

namespace DataForge.Python;

/// <summary>
/// Decides whether a source is valid Python, as CPython's <c>ast.parse</c> does, without building a tree: by the grammar of
/// https://docs.python.org/3.14/reference/grammar.html and by what CPython's parser checks in addition (targets, the order of arguments,
/// escapes, numbers). What CPython leaves to its compiler, such as <c>return</c> outside a function or a name that is both parameter and
/// <c>global</c>, is not an error here either. Names of characters in <c>\N{…}</c> and features of <c>__future__</c> are not looked up.
/// A source that is not Python 3 is checked as Python 2.7.
/// </summary>
public static class PythonParser
{
    [ThreadStatic]
    private static ParseFacts? _threadFacts;

    /// <summary>
    /// Checks a source in UTF-8; it may begin with a byte order mark, and the caller has to honour a declared encoding. Takes time linear
    /// in the length, a bounded stack, and no memory except rented arrays. Limits are those of CPython: 200 open brackets, 99 levels of
    /// indentation. CPython's limits on memory and recursion elsewhere (a sum of 3,000 terms, 1,000 nested unary operators) are not
    /// applied. Thread-safe.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="facts">Receives facts about the source; cleared first. Null for none.</param>
    /// <returns>Which Python the source is, and the first error.</returns>
    public static ParseVerdict Check(ReadOnlySpan<byte> source, ParseFacts? facts = null) => Check(source, facts, null);

    /// <summary>The same, and keeps the source's tokens.</summary>
    /// <param name="source">The source.</param>
    /// <param name="facts">Receives facts about the source; cleared first. Null for none.</param>
    /// <param name="kept">Receives the tokens if the source is valid Python 3; cleared first. Null for none.</param>
    /// <returns>Which Python the source is, and the first error.</returns>
    public static ParseVerdict Check(ReadOnlySpan<byte> source, ParseFacts? facts, PythonTokens? kept)
    {
        kept?.Clear();
        facts ??= _threadFacts ??= new ParseFacts();
        facts.Clear();
        int zero = source.IndexOf((byte)0);
        if (zero >= 0)
        {
            return Invalid(source, SyntaxErrorKind.NullByte, zero);
        }

        if (!Utf8.IsValid(source))
        {
            return Invalid(source, SyntaxErrorKind.NotUtf8, FirstInvalidByte(source));
        }

        TokenBuffer tokens = new(source.Length);
        try
        {
            ParseVerdict verdict = Check(source, ref tokens, facts);
            if (verdict.Outcome == ParseOutcome.Valid)
            {
                kept?.Take(ref tokens);
            }

            return verdict;
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
        bool valid = python3.CheckFile();
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

        // Parsed again for the facts of Python 3.
        facts.Clear();
        tokens.Fill(source, LexerOptions.None, facts);
        _ = new Grammar(source, tokens, facts, python2: false).CheckFile();
        return new ParseVerdict(ParseOutcome.Valid, SyntaxErrorKind.None, 0, 0);
    }

    private static bool IsPython2(ReadOnlySpan<byte> source, ref TokenBuffer tokens, ParseFacts facts)
    {
        facts.Clear();
        tokens.Fill(source, LexerOptions.Python2, facts);
        Grammar grammar = new(source, tokens, facts, python2: true);
        if (!grammar.CheckFile() || !grammar.UnicodeLiterals)
        {
            return grammar.Error == SyntaxErrorKind.None;
        }

        // Parsed again, with the escapes that strings have after that import.
        facts.Clear();
        tokens.Fill(source, LexerOptions.Python2 | LexerOptions.UnicodeLiterals, facts);
        return new Grammar(source, tokens, facts, python2: true).CheckFile();
    }

    private static ParseVerdict Invalid(ReadOnlySpan<byte> source, SyntaxErrorKind reason, int offset) =>
        new(ParseOutcome.Invalid, reason, offset, LineOf(source, offset));

    private static int LineOf(ReadOnlySpan<byte> source, int offset) => 1 + LineBreaks.Count(source, 0, offset);

    private static int FirstInvalidByte(ReadOnlySpan<byte> source)
    {
        int at = 0;
        while (System.Text.Rune.DecodeFromUtf8(source[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }
}
