using System.Text;
using DataForge.Testing;

namespace DataForge.Python.Tests;

public class PythonTokensTests
{
    [Theory]
    [InlineData("x = 1\n")]
    [InlineData("")]
    [InlineData("\uFEFFx = 1  # comment\n\n\ny = (1,\n  2)\n")]
    [InlineData("a = f'{x}{y!r:>{width}}' f\"{f'{f'{1}'}'}\"\n")]
    [InlineData("if x:\n    a = rf'''{\n  x\n}''' + t'{y}'\nelse:\n    pass")]
    [InlineData("print = 1\nprint\n")]
    public void Read_validSource_givesWhatTheLexerGives(string source)
    {
        var tokens = new PythonTokens();
        byte[] text = Encoding.UTF8.GetBytes(source);
        Assert.Equal(ParseOutcome.Valid, PythonParser.Check(text, null, tokens).Outcome);
        Assert.True(tokens.AreKnown);
        AssertSame(text, tokens);
    }

    [Theory]
    [InlineData("print 'x'\n")]
    [InlineData("x = (\n")]
    [InlineData("x = 'a\n")]
    [InlineData("x = 1\0\n")]
    public void AreKnown_afterASourceThatIsNotPython3_isFalse(string source)
    {
        var tokens = new PythonTokens();
        PythonParser.Check("x = 1\n"u8, null, tokens);
        PythonParser.Check(Encoding.UTF8.GetBytes(source), null, tokens);
        Assert.False(tokens.AreKnown);
        Assert.Throws<InvalidOperationException>(() => tokens.Read());
    }

    [Fact]
    public void Read_realFilesOneAfterAnother_givesWhatTheLexerGives()
    {
        var tokens = new PythonTokens();
        int known = 0;
        foreach (string file in RealPython.Files().Take(3_000))
        {
            byte[] text = File.ReadAllBytes(file);
            if (PythonParser.Check(text, null, tokens).Outcome == ParseOutcome.Valid)
            {
                AssertSame(text, tokens);
                known++;
            }
        }

        Assert.SkipWhen(known == 0, "no Python code on this machine");
    }

    private static void AssertSame(byte[] text, PythonTokens tokens)
    {
        PythonTokenReader reader = tokens.Read();
        var lexer = new PythonLexer(text, LexerOptions.WholeFStrings);
        while (lexer.Next())
        {
            if (lexer.Kind is not (TokenKind.Comment or TokenKind.NonLogicalNewline))
            {
                Assert.True(reader.Next());
                Assert.Equal((lexer.Kind, lexer.Start, lexer.Length), (reader.Kind, reader.Start, reader.Length));
            }
        }

        Assert.False(reader.Next());
        Assert.False(reader.Next());
    }
}
