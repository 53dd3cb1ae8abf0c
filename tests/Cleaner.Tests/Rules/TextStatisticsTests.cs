using System.Globalization;
using System.Text;
using DataForge.Cleaner.Text;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Cleaner.Tests.Rules;

public class TextStatisticsTests
{
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("a", 1, 1)]
    [InlineData("a\n", 1, 1)]
    [InlineData("a\nbb", 2, 2)]
    [InlineData("\n\n", 2, 0)]
    [InlineData("a\u000cb\u2028c\u0085d", 4, 1)]
    public void Of_lines_areThoseOfSplitlines(string text, int lines, int longest)
    {
        TextStatistics counts = TextStatistics.Of(Encoding.UTF8.GetBytes(text));
        Assert.Equal((lines, longest), (counts.Lines, counts.MaxLine));
    }

    [Fact]
    public void Of_anyText_agreesWithPlainLoop()
    {
        Gen<string> texts = Gen.ListOf(Gen.OneOf(
            Gen.Choose(32, 126).Select(c => ((char)c).ToString()), Gen.Constant("\n"), Gen.Constant("def f(x): return x"),
            Gen.Elements(
                "é", "☃", "𝒜", "\t", "\u000b", "中", "½", "٣", "\u0301", "\u2029", "\u00a0", "\u0001",
                "\u007f"))).Select(parts => string.Concat(parts));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            TextStatistics counts = TextStatistics.Of(Encoding.UTF8.GetBytes(text));
            Rune[] runes = [.. text.EnumerateRunes()];
            bool IsBreak(Rune rune) => rune.Value is (>= 10 and <= 13) or (>= 28 and <= 30) or 0x85 or 0x2028 or 0x2029;
            bool IsDigit(Rune rune) =>
                Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber
                    or UnicodeCategory.LetterNumber
                    or UnicodeCategory.OtherNumber;
            var lengths = new List<int> { 0 };
            foreach (Rune rune in runes)
            {
                if (IsBreak(rune))
                {
                    lengths.Add(0);
                }
                else
                {
                    lengths[^1]++;
                }
            }

            if (lengths[^1] == 0)
            {
                lengths.RemoveAt(lengths.Count - 1);
            }

            return counts.Characters == runes.Length && counts.Lines == lengths.Count && counts.MaxLine == lengths.DefaultIfEmpty(0).Max()
                && counts.LineCharacters == lengths.Sum()
                    && counts.Letters == runes.Count(Rune.IsLetter)
                    && counts.Digits == runes.Count(IsDigit)
                && counts.HexDigits == runes.Count(rune => rune.IsAscii && char.IsAsciiHexDigit((char)rune.Value));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Of_warm_takesNoMemory()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("def f(x):\n    return 'é☃' + x\n", 2000)));
        TextStatistics.Of(text);
        long before = GC.GetAllocatedBytesForCurrentThread();
        TextStatistics.Of(text);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
