using System.Text;
using System.Text.Json;
using DataForge.Python;

namespace DataForge.Python.Tests;

public class PythonParserTests
{
    [Fact]
    public void Check_syntaxCases_agreesWithCPython314()
    {
        List<string> wrong = [];
        foreach ((char expected, byte[] source, string line) in Cases())
        {
            // Python 2 without an error as Python 3: "except X, e:", which 3.14 takes as well.
            ParseVerdict verdict = PythonParser.Check(source);
            bool python3 = verdict is { Outcome: ParseOutcome.Valid } or { Outcome: ParseOutcome.Python2, Reason: SyntaxErrorKind.None };
            if (python3 != (expected == 'V'))
            {
                wrong.Add($"{verdict.Outcome} {verdict.Reason}: {line}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    /// <summary>A verdict of Python 2 wants both: that Python 3 refuses the source and that 2.7 takes it.</summary>
    [Fact]
    public void Check_python2Cases_agreesWithCPython27()
    {
        List<string> wrong = [];
        foreach ((char expected, byte[] source, string line) in Cases("python2_cases.txt"))
        {
            ParseVerdict verdict = PythonParser.Check(source);
            if (verdict.Outcome != ParseOutcome.Valid && verdict.Outcome == ParseOutcome.Python2 != (expected == 'V'))
            {
                wrong.Add($"{verdict.Outcome} {verdict.Reason}: {line}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("try: pass\nexcept ValueError, e: pass", ParseOutcome.Python2)]
    [InlineData("try: pass\nexcept (A, B), e: pass", ParseOutcome.Python2)]
    [InlineData("try: pass\nexcept OSError, (errno, strerror): pass", ParseOutcome.Python2)]
    [InlineData("try: pass\nexcept ValueError, TypeError: pass", ParseOutcome.Valid)]
    [InlineData("try: pass\nexcept a, b, c: pass", ParseOutcome.Valid)]
    [InlineData("try: pass\nexcept ValueError, e: f'{e}'", ParseOutcome.Valid)]
    [InlineData("async def f():\n try: pass\n except a, b: pass", ParseOutcome.Valid)]
    public void Check_exceptWithComma_isPython2WhereOnlyThatReadingIsLikely(string source, ParseOutcome expected) =>
        Assert.Equal(expected, PythonParser.Check(Encoding.UTF8.GetBytes(source)).Outcome);

    [Theory]
    [InlineData("x = 1\nprint x\n", ParseOutcome.Python2, SyntaxErrorKind.UnexpectedToken, 12, 2)]
    [InlineData("x = 0777\n", ParseOutcome.Python2, SyntaxErrorKind.LeadingZeros, 4, 1)]
    [InlineData("a\r\nb\rc $\n", ParseOutcome.Invalid, SyntaxErrorKind.InvalidCharacter, 7, 3)]
    [InlineData("a\0b", ParseOutcome.Invalid, SyntaxErrorKind.NullByte, 1, 1)]
    [InlineData("if a:\npass\n", ParseOutcome.Invalid, SyntaxErrorKind.ExpectedBlock, 6, 2)]
    [InlineData("f(a=1, b)\n", ParseOutcome.Invalid, SyntaxErrorKind.InvalidArguments, 7, 1)]
    [InlineData("f() = 1\n", ParseOutcome.Invalid, SyntaxErrorKind.InvalidTarget, 4, 1)]
    [InlineData("x = (\n", ParseOutcome.Invalid, SyntaxErrorKind.UnclosedBracket, 6, 2)]
    [InlineData("'a' b'b'", ParseOutcome.Python2, SyntaxErrorKind.MixedStrings, 0, 1)]
    public void Check_error_saysWhatAndWhere(string source, ParseOutcome outcome, SyntaxErrorKind reason, int offset, int line) =>
        Assert.Equal(new ParseVerdict(outcome, reason, offset, line), PythonParser.Check(Encoding.UTF8.GetBytes(source)));

    [Fact]
    public void Check_notUtf8_saysWhere()
    {
        Assert.Equal(
            new ParseVerdict(ParseOutcome.Invalid, SyntaxErrorKind.NotUtf8, 5, 2),
            PythonParser.Check([(byte)'#', 0xC3, 0xA9, (byte)'\n', (byte)'#', 0xE9, (byte)'\n']));
    }

    [Theory]
    [InlineData("if (a := 1): pass", SyntaxFeatures.Walrus)]
    [InlineData("def f(a, /): pass", SyntaxFeatures.PositionalOnly)]
    [InlineData("with (a as b): pass", SyntaxFeatures.ParenthesizedWith)]
    [InlineData("match a:\n case 1: pass", SyntaxFeatures.Match)]
    [InlineData("try: pass\nexcept* A: pass", SyntaxFeatures.ExceptStar)]
    [InlineData("a[*b]", SyntaxFeatures.UnpackInSubscript)]
    [InlineData("f'{a['b']}'", SyntaxFeatures.FreeFString)]
    [InlineData("f'{a[\"b\"]}'", SyntaxFeatures.None)]
    [InlineData("type A = B", SyntaxFeatures.TypeParameters)]
    [InlineData("def f[T = int](): pass", SyntaxFeatures.TypeParameters | SyntaxFeatures.TypeParameterDefaults)]
    [InlineData("t'a'", SyntaxFeatures.TemplateStrings)]
    [InlineData("try: pass\nexcept A, B, C: pass", SyntaxFeatures.ExceptWithoutParentheses)]
    public void Check_newSyntax_isNoted(string source, SyntaxFeatures expected)
    {
        ParseFacts facts = new();
        Assert.Equal(ParseOutcome.Valid, PythonParser.Check(Encoding.UTF8.GetBytes(source), facts).Outcome);
        Assert.Equal(expected, facts.Features);
    }

    /// <summary>A byte order mark is no character of the source, and the names of characters are not looked up.</summary>
    [Theory]
    [InlineData("\uFEFFa = 1")]
    [InlineData("'\\N{no such character}'")]
    public void Check_knownDifferences_areValid(string source) =>
        Assert.Equal(ParseOutcome.Valid, PythonParser.Check(Encoding.UTF8.GetBytes(source)).Outcome);

    [Fact]
    public void Check_warmedUp_allocatesNothing()
    {
        string function = "def f(a, b=1):\n    'doc'\n    return f'{a!r}' + b  # c\n";
        byte[] source = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(function, 5000)));
        ParseFacts facts = new();
        PythonParser.Check(source, facts);
        long before = GC.GetAllocatedBytesForCurrentThread();
        PythonParser.Check(source, facts);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>One line a case: V or E, as CPython says (3.14.2, or 2.7.18), and the source as a JSON string.</summary>
    internal static IEnumerable<(char Expected, byte[] Source, string Line)> Cases(string file = "syntax_cases.txt")
    {
        foreach (string line in File.ReadLines(Path.Combine(Testing.SharedFiles.ProjectRoot, "tests", "Python.Tests", file)))
        {
            yield return (line[0], Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>(line[2..])!), line);
        }
    }
}
