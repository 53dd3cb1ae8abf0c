using System.Diagnostics;
using System.Text;
using DataForge.Python;

namespace DataForge.Python.Tests;

public class IdentifierTests
{
    [Fact]
    public void Next_everyCharacter_isIdentifierAsCPythonSays()
    {
        byte[]? expected = Expected();
        Assert.SkipWhen(expected is null, "no python3 on this machine");
        List<string> wrong = [];
        Span<byte> source = stackalloc byte[8];
        for (int value = 0x80; value < 0x110000; value++)
        {
            if (!Rune.IsValid(value) || (expected[value] & 4) != 0)
            {
                continue;
            }

            source[0] = (byte)'a';
            int length = 1 + new Rune(value).EncodeToUtf8(source[1..]);
            bool starts = IsOneName(source[1..length]);
            bool continues = IsOneName(source[..length]);
            if (starts != ((expected[value] & 1) != 0) || continues != ((expected[value] & 2) != 0))
            {
                wrong.Add($"U+{value:X4} {starts} {continues} {expected[value]}");
            }
        }

        Assert.Empty(wrong);
    }

    private static bool IsOneName(ReadOnlySpan<byte> source)
    {
        PythonLexer lexer = new(source);
        lexer.Next();
        return lexer.Kind == TokenKind.Name && lexer.Length == source.Length;
    }

    private static byte[]? Expected()
    {
        string script = Path.Combine(Testing.SharedFiles.ProjectRoot, "tests", "Python.Tests", "identifiers.py");
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("python3", [script]) { RedirectStandardOutput = true })!;
            using MemoryStream output = new();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            return output.Length == 0x110000 ? output.ToArray() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
