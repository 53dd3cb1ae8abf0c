using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using DataForge.Python;

namespace DataForge.Python.Tests;

public class ParseFactsTests
{
    [Fact]
    public void Check_smallSource_countsWhatIsThere()
    {
        ParseFacts facts = new();
        ReadOnlySpan<byte> source =
            "\"\"\"Doc.\"\"\"  # note\n\nimport a\nx = y = 1  # two targets\n# alone\ndef f(b=1):\n    'doc' 'string'; return b == 2\n"u8;
        Assert.Equal(ParseOutcome.Valid, PythonParser.Check(source, facts).Outcome);
        Assert.Equal((3, 1, 1, 1, 0), (facts.Comments, facts.Assignments, facts.Imports, facts.Functions, facts.Classes));
        Assert.Equal((5, 1, 1), (facts.CodeLines, facts.CommentLines, facts.BlankLines));
        Assert.Equal([new(0, 10), new(source.IndexOf("'doc'"u8), 14)], facts.Docstrings.ToArray());
        Assert.Equal((1, 1, 0), (facts.CountOf("def"u8), facts.CountOf("return"u8), facts.CountOf("define"u8)));
        Assert.Equal(3, facts.EqualSigns);
    }

    /// <summary>
    /// Tokens by kind and text, comments, docstrings, definitions, lines: against CPython's tokenize and ast. Before 3.12 tokenize gives
    /// f-strings whole, and so does the lexer here.
    /// </summary>
    [Fact]
    public void Check_realFiles_factsAreCPythons()
    {
        string script = Path.Combine(Testing.SharedFiles.ProjectRoot, "tests", "Python.Tests", "source_facts.py");
        using CPython? python = CPython.FindPython3();
        Assert.SkipWhen(python is null || python.IsAtLeast(3, 12), "no python3 before 3.12 on this machine");
        using Process process = Process.Start(new ProcessStartInfo(python.Program, [script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        List<string> wrong = [];
        ParseFacts facts = new();
        Span<byte> header = stackalloc byte[4];
        int total = 0;
        foreach (string file in PythonFiles.Sample(PythonFiles.All(), PythonFiles.IsLongRun ? 2000 : 50))
        {
            byte[] source = File.ReadAllBytes(file);
            if (source.Length > 100_000 || PythonParser.Check(source, facts).Outcome != ParseOutcome.Valid
                || (facts.Features & SyntaxFeatures.NewerThan311) != 0)
            {
                continue;
            }

            BinaryPrimitives.WriteInt32LittleEndian(header, source.Length);
            process.StandardInput.BaseStream.Write(header);
            process.StandardInput.BaseStream.Write(source);
            process.StandardInput.BaseStream.Flush();
            string expected = process.StandardOutput.ReadLine()!;
            if (expected != "-1")
            {
                total++;
                string found = Describe(source, facts);
                if (found != expected)
                {
                    wrong.Add($"{file}\n  {found}\n  {expected}");
                }
            }
        }

        process.StandardInput.Close();
        process.WaitForExit();
        TestContext.Current.TestOutputHelper?.WriteLine($"{total} files\n{string.Join('\n', wrong)}");
        Assert.Empty(wrong);
    }

    private static string Describe(ReadOnlySpan<byte> source, ParseFacts facts)
    {
        PythonLexer lexer = new(source, LexerOptions.WholeFStrings);
        Span<int> kinds = stackalloc int[Enum.GetValues<TokenKind>().Length];
        uint checksum = uint.MaxValue;
        while (lexer.Next())
        {
            kinds[(int)lexer.Kind]++;
            if (lexer.Kind is TokenKind.Name or TokenKind.Keyword or TokenKind.Number or TokenKind.String or TokenKind.Operator)
            {
                checksum = Crc32(checksum, lexer.Text);
            }
        }

        int[] counts =
        [
            kinds[(int)TokenKind.Name], kinds[(int)TokenKind.Keyword], kinds[(int)TokenKind.Number], kinds[(int)TokenKind.String],
            kinds[(int)TokenKind.Operator], facts.Comments, facts.CommentBytes, facts.Docstrings.Length, facts.DocstringBytes,
            facts.Functions, facts.Classes, facts.Imports, facts.Assignments, facts.CodeLines, facts.CommentLines, facts.BlankLines,
        ];
        return string.Join(' ', counts) + " " + (~checksum).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The CRC of zlib, reflected polynomial EDB88320; CR LF counts as LF, as tokenize reads it.</summary>
    private static uint Crc32(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\r' && i + 1 < bytes.Length && bytes[i + 1] == '\n')
            {
                continue;
            }

            crc ^= bytes[i];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return crc;
    }
}
