using System.Text;
using DataForge.Python;

namespace DataForge.Python.Tests;

public class PythonLexerTests
{
    [Theory]
    [InlineData("", "EndOfFile")]
    [InlineData("x", "Name:x Newline EndOfFile")]
    [InlineData("x = 1\n", "Name:x Operator:= Number:1 Newline EndOfFile")]
    [InlineData("if a:\n  b\nc", "Keyword:if Name:a Operator:: Newline Indent Name:b Newline Dedent Name:c Newline EndOfFile")]
    [InlineData("# only\n\n", "Comment:# only NonLogicalNewline NonLogicalNewline EndOfFile")]
    [InlineData("(a,\nb)", "Operator:( Name:a Operator:, NonLogicalNewline Name:b Operator:) Newline EndOfFile")]
    [InlineData("a \\\n + b", "Name:a Operator:+ Name:b Newline EndOfFile")]
    [InlineData("rb'x' Rb\"\"\"y\n\"\"\"", "String:rb'x' String:Rb\"\"\"y\n\"\"\" Newline EndOfFile")]
    [InlineData("f'a{b!r:>{w}}c'",
        "FStringStart:f' FStringMiddle:a Operator:{ Name:b Operator:! Name:r Operator:: FStringMiddle:> Operator:{ Name:w Operator:} "
        + "Operator:} FStringMiddle:c FStringEnd:' Newline EndOfFile")]
    [InlineData("f'{a['b']}'",
        "FStringStart:f' Operator:{ Name:a Operator:[ String:'b' Operator:] Operator:} FStringEnd:' Newline EndOfFile")]
    [InlineData("1_000.5e-3j 0xFF .5 1if x", "Number:1_000.5e-3j Number:0xFF Number:.5 Number:1 Keyword:if Name:x Newline EndOfFile")]
    [InlineData("a<<=b//c**d!=e->f:=...",
        "Name:a Operator:<<= Name:b Operator:// Name:c Operator:** Name:d Operator:!= Name:e Operator:-> Name:f Operator::= Operator:... "
        + "Newline EndOfFile")]
    [InlineData("a $ b", "Name:a Error:$ Name:b Newline EndOfFile")]
    [InlineData("a 'b\nc", "Name:a Error:'b Newline Name:c Newline EndOfFile")]
    [InlineData("a) b", "Name:a Error:) Name:b Newline EndOfFile")]
    [InlineData("(a", "Operator:( Name:a Error Newline EndOfFile")]
    public void Next_source_yieldsTokens(string source, string expected)
    {
        Assert.Equal(expected, Describe(source, LexerOptions.None));
    }

    [Theory]
    [InlineData("x = f'a{b['c']}' + t'{d:{e}}'", "Name:x Operator:= String:f'a{b['c']}' Operator:+ String:t'{d:{e}}' Newline EndOfFile")]
    [InlineData("f'{f\"{1}\"}' g", "String:f'{f\"{1}\"}' Name:g Newline EndOfFile")]
    [InlineData("f'a\nb", "Error:f'a Newline Name:b Newline EndOfFile")]
    public void Next_wholeFStrings_yieldsOneString(string source, string expected)
    {
        Assert.Equal(expected, Describe(source, LexerOptions.WholeFStrings));
    }

    [Theory]
    [InlineData("print 0777, 1L, ur'x', None",
        "Name:print Number:0777 Operator:, Number:1L Operator:, String:ur'x' Operator:, Keyword:None Newline EndOfFile")]
    [InlineData("async = f'x'", "Name:async Operator:= Name:f String:'x' Newline EndOfFile")]
    public void Next_python2_yieldsItsTokens(string source, string expected)
    {
        Assert.Equal(expected, Describe(source, LexerOptions.Python2));
    }

    [Fact]
    public void Line_tokens_countsEveryKindOfLineBreak()
    {
        PythonLexer lexer = new("a\nb\r\nc\rd '''\n\n''' e"u8);
        List<int> lines = [];
        while (lexer.Next())
        {
            if (lexer.Kind is TokenKind.Name or TokenKind.String)
            {
                lines.Add(lexer.Line);
            }
        }

        Assert.Equal([1, 2, 3, 4, 4, 6], lines);
    }

    private static string Describe(string source, LexerOptions options)
    {
        PythonLexer lexer = new(Encoding.UTF8.GetBytes(source), options);
        StringBuilder text = new();
        bool more;
        do
        {
            more = lexer.Next();
            text.Append(text.Length > 0 ? " " : "").Append(lexer.Kind);
            if (lexer.Length > 0 && lexer.Kind is not (TokenKind.Newline or TokenKind.NonLogicalNewline))
            {
                text.Append(':').Append(Encoding.UTF8.GetString(lexer.Text));
            }
        }
        while (more);
        return text.ToString();
    }
}
