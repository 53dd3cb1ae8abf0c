using System.Diagnostics;
using System.Text;
using DataForge.Python;

namespace DataForge.Python.Tests;

/// <summary>
/// Whatever the bytes are: no exception, no endless loop, tokens that follow one another, time linear in the length.
/// <c>DATAFORGE_TEST_PARSER_FUZZ_SECONDS</c> makes the search longer.
/// </summary>
[Collection(nameof(AloneCollection))]
public class PythonFuzzTests
{
    private const int Megabyte = 1 << 20;
    private const double LongestMilliseconds = 200;

    /// <summary>What ends in a quadratic time or a deep recursion in a parser that is careless; each is repeated to 1 MB.</summary>
    public static TheoryData<string> Repeated =>
    [
        "(", "[", "{", ")", "}", "f'{", "f'''{", "f\"{f'{", "'''\\", "\"\"\"\\", "'", "'\\'", "f'", "f'''", "f'{'", "t'{a:{b:", "\\",
        "\\\n", "\\\r\n", "match x;", "match x\n", "match (", "match x:\n case (", "match x:\n case ", "with (", "with (a as b, (",
        "with a, ", "lambda:", "lambda x=", "lambda *", "not ", "-", "~-", "a if b else ", "a or ", "a**", "a.", "a[", "a(", "a()",
        "a[0]", "a,", "*", "**", "@", "`", "``", "a=", "a:=", "(a:=", "a:", ";", "a;", "\n", " ", "\t", "\f", " \\\n", "#", "#\n",
        "if a:\n ", "if a:\n", "elif a:pass\n", "else:", "try:", "except a, b:", "except:\n", "def f(a,", "def f(", "def f[", "class a(",
        "@a\n", "async ", "await ", "yield ", "(yield ", "print ", "print a,", "exec ", "u'\\u0041'", "'\\N{A}'", "b'\\x41'", "0", "0x",
        "1_", "1e", "1.", ".", "...", "é", "aé", "\u2028", "\ud83d\ude00", "\0", "\u00a0", "a\r", "\r", "{a:", "{**", "[*",
        "[x for x in ", "(x for x in (", "for x in ", "import a.", "from .", "from a import (", "global a,", "del (", "return ",
        "raise a from ", "type X = ", "type X[", "a<b>", "a<>", "a != ", "a ! ", "$", "?", "\"\"\"a\"\"\"", "'a' ", "f'a' ", "f'{a}'",
        "f'{a!r:>{b}}'", "f'{a:\n", "f'\\N{", "''\"\"", "a: b = ",
    ];

    [Theory]
    [MemberData(nameof(Repeated))]
    public void Check_oneMegabyteOfOneThing_endsInTime(string part)
    {
        byte[] unit = Encoding.UTF8.GetBytes(part);
        byte[] source = new byte[Megabyte];
        for (int i = 0; i < source.Length; i++)
        {
            source[i] = unit[i % unit.Length];
        }

        AssertEndsInTime(source);
        AssertTokensFollow(source[..(Megabyte / 16)], LexerOptions.None);
        AssertTokensFollow(source[..(Megabyte / 16)], LexerOptions.WholeFStrings);
    }

    /// <summary>Processor time, and the best of a few: the machine may be busy with something else.</summary>
    private static double AssertEndsInTime(byte[] source)
    {
        using Process process = Process.GetCurrentProcess();
        double best = double.MaxValue;
        for (int attempt = 0; attempt < 4 && best > LongestMilliseconds; attempt++)
        {
            process.Refresh();
            TimeSpan start = process.TotalProcessorTime;
            PythonParser.Check(source);
            process.Refresh();
            best = Math.Min(best, (process.TotalProcessorTime - start).TotalMilliseconds);
        }

        Assert.True(best <= LongestMilliseconds, $"parser took {best:F0} ms");
        return best;
    }

    [Theory]
    [InlineData("(", 100_000)]
    [InlineData("[", 100_000)]
    [InlineData("{1:", 100_000)]
    [InlineData("f(", 100_000)]
    [InlineData("f'{", 100_000)]
    [InlineData("lambda x=", 100_000)]
    [InlineData("`", 100_000)]
    [InlineData("not ", 100_000)]
    [InlineData("-", 100_000)]
    [InlineData("a if b else ", 100_000)]
    public void Check_deepNesting_needsLittleStack(string open, int depth)
    {
        byte[] source = Encoding.UTF8.GetBytes("x = " + string.Concat(Enumerable.Repeat(open, depth)) + "1\n");
        ParseOutcome? outcome = null;
        Thread thread = new(() => outcome = PythonParser.Check(source).Outcome, maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.NotNull(outcome);
    }

    [Theory]
    [InlineData("(", ")", 200, true)]
    [InlineData("(", ")", 201, false)]
    [InlineData("f(a[{1: ", "}])", 66, true)]
    [InlineData("f(a[{1: ", "}])", 67, false)]
    public void Check_brackets_limitIsCPythons(string open, string close, int depth, bool valid)
    {
        string source = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
        Assert.Equal(valid, PythonParser.Check(Encoding.UTF8.GetBytes(source)).Outcome == ParseOutcome.Valid);
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, false)]
    public void Check_indentation_limitIsCPythons(int depth, bool valid)
    {
        StringBuilder source = new();
        for (int i = 0; i < depth; i++)
        {
            source.Append(' ', i).Append("if a:\n");
        }

        source.Append(' ', depth).Append("pass\n");
        Assert.Equal(valid, PythonParser.Check(Encoding.UTF8.GetBytes(source.ToString())).Outcome == ParseOutcome.Valid);
    }

    [Fact]
    public void Check_mutatedFiles_neverThrowsAndTokensFollow()
    {
        double seconds = double.TryParse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_PARSER_FUZZ_SECONDS"), out double asked) ? asked : 2;
        List<byte[]> sources = [];
        foreach (string file in PythonFiles.Sample(PythonFiles.All(), seconds > 10 ? 4000 : 60))
        {
            if (new FileInfo(file).Length is > 0 and < 256 * 1024)
            {
                sources.Add(File.ReadAllBytes(file));
            }
        }

        sources.AddRange(PythonParserTests.Cases().Select(one => one.Source).Where(source => source.Length > 0));
        Mutator mutator = new(seed: 7);
        Stopwatch watch = Stopwatch.StartNew();
        long count = 0;
        double slowest = 0;
        for (; watch.Elapsed.TotalSeconds < seconds; count++)
        {
            byte[] source = mutator.Splice(sources[mutator.Next(sources.Count)], sources[mutator.Next(sources.Count)]);
            long start = Stopwatch.GetTimestamp();
            PythonParser.Check(source);
            if (Stopwatch.GetElapsedTime(start).TotalMilliseconds > Math.Max(5, slowest))
            {
                slowest = Math.Max(slowest, AssertEndsInTime(source));
            }

            AssertTokensFollow(source, (LexerOptions)(count & 3));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{count:N0} sources, slowest {slowest:F1} ms of processor time");
    }

    /// <summary>Tokens go forward, do not overlap, and leave out nothing but white space and joined lines.</summary>
    private static void AssertTokensFollow(byte[] source, LexerOptions options)
    {
        PythonLexer lexer = new(source, options);
        int end = source.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        int stalled = 0;
        while (lexer.Next())
        {
            if (lexer.Start < end || lexer.Length < 0 || lexer.Start + lexer.Length > source.Length)
            {
                Assert.Fail($"token {lexer.Kind} at {lexer.Start}, length {lexer.Length}, behind one that ends at {end}");
            }

            if (source.AsSpan(end..lexer.Start).ContainsAnyExcept(" \t\f\\\r\n"u8))
            {
                Assert.Fail($"{end} to {lexer.Start} left out before {lexer.Kind}");
            }

            // Tokens without length: the end of a line, levels, an error of indentation, what is open at the end.
            stalled = lexer.Length == 0 ? stalled + 1 : 0;
            Assert.True(stalled < 300, "no progress");
            end = lexer.Start + lexer.Length;
        }

        Assert.Equal(source.Length, lexer.Start);
    }
}
