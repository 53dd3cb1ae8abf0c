using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace DataForge.Cleaner.Text;

/// <summary>
/// Counts of characters and lines, made in one pass over a text. A character is a Unicode code point. A line ends where Python's
/// <c>str.splitlines</c> ends one (LF, VT, FF, FS, GS, RS, NEL, U+2028, U+2029; CR too, though shipped text has none). The line break is
/// not part of the line, and a last line without one counts. Letters and digits are those of Unicode, as Python's <c>str.isalpha</c>
/// and <c>str.isalnum</c> take them.
/// </summary>
public struct TextStatistics
{
    /// <summary>Characters, line breaks included.</summary>
    public long Characters;

    /// <summary>Lines.</summary>
    public int Lines;

    /// <summary>Length of the longest line, in characters.</summary>
    public int MaxLine;

    /// <summary>Characters of the lines, without the line breaks.</summary>
    public long LineCharacters;

    /// <summary>Letters (general categories L*).</summary>
    public long Letters;

    /// <summary>Digits and other numerals (N*).</summary>
    public long Digits;

    /// <summary>ASCII digits and the letters a to f, in either case.</summary>
    public long HexDigits;

    /// <summary>White space, line breaks included.</summary>
    public long WhiteSpace;

    /// <summary>Characters that are no letter, digit, white space or ASCII punctuation: controls, and signs outside ASCII.</summary>
    public long Foreign;

    private long _lineStart;

    /// <summary>Mean length of a line, in characters; 0 for an empty text.</summary>
    public readonly double MeanLine => Lines == 0 ? 0 : (double)LineCharacters / Lines;

    /// <summary>Share of characters that are letters or digits, 0 to 1; 0 for an empty text.</summary>
    public readonly double AlphanumericShare => Characters == 0 ? 0 : (double)(Letters + Digits) / Characters;

    /// <summary>Share of characters that are letters, 0 to 1; 0 for an empty text.</summary>
    public readonly double AlphabeticShare => Characters == 0 ? 0 : (double)Letters / Characters;

    /// <summary>Share of characters that are numerals, 0 to 1; 0 for an empty text.</summary>
    public readonly double DigitShare => Characters == 0 ? 0 : (double)Digits / Characters;

    /// <summary>Share of characters that are hexadecimal digits, 0 to 1; 0 for an empty text.</summary>
    public readonly double HexDigitShare => Characters == 0 ? 0 : (double)HexDigits / Characters;

    /// <summary>Counts a text, which must be valid UTF-8. No memory is taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TextStatistics Of(ReadOnlySpan<byte> text)
    {
        var counts = new TextStatistics();
        int at = 0;
        while (at + Vector256<byte>.Count <= text.Length)
        {
            Vector256<byte> block = Vector256.Create(text.Slice(at, Vector256<byte>.Count));
            if (IsPlain(block))
            {
                counts.AddPlain(block);
                at += Vector256<byte>.Count;
            }
            else
            {
                int end = at + Vector256<byte>.Count;
                while (at < end)
                {
                    at += counts.AddOne(text[at..]);
                }
            }
        }

        while (at < text.Length)
        {
            at += counts.AddOne(text[at..]);
        }

        if (counts.Characters > counts._lineStart)
        {
            counts.EndLine(counts.Characters, counts.Characters);
        }

        return counts;
    }

    /// <summary>Whether all bytes are printable ASCII, tabs or line feeds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(Vector256<byte> block)
    {
        // 0x20 … 0x7E as unsigned distance from 0x20; DEL, controls and bytes from 0x80 on fall out.
        Vector256<byte> printable = Vector256.LessThan(block - Vector256.Create((byte)0x20), Vector256.Create((byte)0x5F));
        Vector256<byte> breaks = Vector256.Equals(block, Vector256.Create((byte)'\n'))
            | Vector256.Equals(block, Vector256.Create((byte)'\t'));
        return (printable | breaks).ExtractMostSignificantBits() == uint.MaxValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddPlain(Vector256<byte> block)
    {
        Vector256<byte> letter = (block | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a');
        uint letters = Vector256.LessThan(letter, Vector256.Create((byte)26)).ExtractMostSignificantBits();
        uint digits = Vector256.LessThan(block - Vector256.Create((byte)'0'), Vector256.Create((byte)10)).ExtractMostSignificantBits();
        uint hex = Vector256.LessThan(letter, Vector256.Create((byte)6)).ExtractMostSignificantBits();
        uint breaks = Vector256.Equals(block, Vector256.Create((byte)'\n')).ExtractMostSignificantBits();
        uint spaces = (Vector256.Equals(block, Vector256.Create((byte)' ')) | Vector256.Equals(block, Vector256.Create((byte)'\t')))
            .ExtractMostSignificantBits();
        Letters += BitOperations.PopCount(letters);
        Digits += BitOperations.PopCount(digits);
        HexDigits += BitOperations.PopCount(hex | digits);
        WhiteSpace += BitOperations.PopCount(spaces | breaks);
        while (breaks != 0)
        {
            long at = Characters + BitOperations.TrailingZeroCount(breaks);
            EndLine(at, at + 1);
            breaks &= breaks - 1;
        }

        Characters += Vector256<byte>.Count;
    }

    private int AddOne(ReadOnlySpan<byte> text)
    {
        OperationStatus status = Rune.DecodeFromUtf8(text, out Rune rune, out int length);
        if (status != OperationStatus.Done)
        {
            Characters++;
            Foreign++;
            return length;
        }

        int value = rune.Value;
        if (value is (>= 0x0A and <= 0x0D) or (>= 0x1C and <= 0x1E) or 0x85 or 0x2028 or 0x2029)
        {
            EndLine(Characters, Characters + 1);
            WhiteSpace++;
        }
        else if (value < 0x80)
        {
            char c = (char)value;
            Letters += char.IsAsciiLetter(c) ? 1 : 0;
            Digits += char.IsAsciiDigit(c) ? 1 : 0;
            HexDigits += char.IsAsciiHexDigit(c) ? 1 : 0;
            WhiteSpace += value is ' ' or '\t' or 0x1F ? 1 : 0;
            Foreign += value is < 0x20 and not '\t' and not 0x1F or 0x7F ? 1 : 0;
        }
        else
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool letter = category <= UnicodeCategory.OtherLetter;
            bool digit = category is >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber;
            bool space = Rune.IsWhiteSpace(rune);
            Letters += letter ? 1 : 0;
            Digits += digit ? 1 : 0;
            WhiteSpace += space ? 1 : 0;
            Foreign += letter || digit || space || category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                ? 0
                : 1;
        }

        Characters++;
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndLine(long at, long next)
    {
        long length = at - _lineStart;
        LineCharacters += length;
        MaxLine = (int)Math.Max(MaxLine, length);
        Lines++;
        _lineStart = next;
    }
}
