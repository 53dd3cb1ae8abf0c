using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Tests.Tokenizer;

public class PreTokenScannerTests
{
    [Theory]
    [InlineData("don't we'll  x\n    return 12", "don|'t| we|'ll| | x|\n   | return| 12")]
    [InlineData("a\n\n\tb \n", "a|\n\n|\t|b| \n")]
    [InlineData("'sfoo x''s", "'s|foo| x|''|s")]
    [InlineData("x = '''doc'''", "x| =| '''|doc|'''")]
    [InlineData("a1b22", "a|1|b|22")]
    public void End_gpt2_cutsAsThePattern(string text, string pieces) => Assert.Equal(pieces.Split('|'), Cut(PreTokenization.Gpt2, text));

    [Theory]
    [InlineData("x = 120\n\n        return y", "x| =| |1|2|0|\n\n        |return| y")]
    [InlineData("if a:\n\tb  c", "if| a|:|\n\t|b|  |c")]
    [InlineData("don't", "don|'|t")]
    public void End_code_cutsAsThePattern(string text, string pieces) => Assert.Equal(pieces.Split('|'), Cut(PreTokenization.Code, text));

    [Fact]
    public void End_randomText_agreesWithARegexEngine()
    {
        // .NET's regex sees UTF-16 units and an older Unicode: only code points on which all agree are drawn.
        const string Alphabet = "'strevmld 0123 \t\n\rabcXYZ_.,:()\"éßñ数据٣²Ⅷ\u0301\u200B\u3000\u2028";
        Regex gpt2 = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");
        Regex code = new(PreTokenScanner.CodePattern);
        Random random = new(11);
        for (int round = 0; round < 20_000; round++)
        {
            string text = new(random.GetItems<char>(Alphabet, random.Next(1, 30)));
            Assert.Equal(gpt2.Matches(text).Select(match => match.Value), Cut(PreTokenization.Gpt2, text));
            Assert.Equal(code.Matches(text).Select(match => match.Value), Cut(PreTokenization.Code, text));
        }
    }

    [Fact]
    public void UnicodeRanges_againstTheRuntime_differOnlyWhereItKnowsNone()
    {
        for (int point = 0; point < 0x110000; point++)
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(point);
            CharacterClass found = point is >= 0xD800 and <= 0xDFFF
                ? CharacterClass.Other
                : CharacterClasses.Unicode.At(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(point)), 0, out _);
            CharacterClass expected = category switch
            {
                <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
                    or UnicodeCategory.OtherNumber => CharacterClass.Number,
                _ => point <= 0xFFFF && char.IsWhiteSpace((char)point) ? CharacterClass.Space : CharacterClass.Other,
            };
            Assert.True(found == expected || category == UnicodeCategory.OtherNotAssigned, $"U+{point:X4}: {found}, {expected}");
        }
    }

    private static List<string> Cut(PreTokenization form, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        PreTokenScanner scanner = new(form);
        List<string> pieces = [];
        for (int start = 0, end; start < bytes.Length; start = end)
        {
            end = scanner.End(bytes, start);
            pieces.Add(Encoding.UTF8.GetString(bytes.AsSpan(start, end - start)));
        }

        return pieces;
    }
}
