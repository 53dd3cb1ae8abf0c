using System.Buffers;
using System.Globalization;
using System.Text;

namespace DataForge.Python;

/// <summary>
/// Identifiers outside ASCII, by PEP 3131: XID_Start, then XID_Continue, of Unicode Standard Annex #31. .NET knows the general
/// categories; the characters that the derived properties add or remove (Other_ID_Start, Other_ID_Continue, and those whose NFKC form is
/// not an identifier) are listed here, from https://www.unicode.org/Public/16.0.0/ucd/DerivedCoreProperties.txt. Keywords are recognised
/// before NFKC normalisation, as in CPython, so nothing needs to be normalised to check the syntax.
/// </summary>
internal static class Identifiers
{
    /// <summary>Whether bytes are an identifier in UTF-8; invalid UTF-8 is not.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        bool first = true;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out Rune rune, out int length) != OperationStatus.Done
                || !(first ? IsStart(rune) : IsContinue(rune)))
            {
                return false;
            }

            text = text[length..];
            first = false;
        }

        return !first;
    }

    /// <summary>Whether a character is XID_Start or the underscore.</summary>
    internal static bool IsStart(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber =>
            !IsNeverStart(rune.Value),
        _ => rune.Value is '_' or 0x1885 or 0x1886 or 0x2118 or 0x212E,
    };

    /// <summary>Whether a character is XID_Continue.</summary>
    internal static bool IsContinue(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.ConnectorPunctuation => !IsNeverContinue(rune.Value),
        _ => rune.Value is 0xB7 or 0x387 or (>= 0x1369 and <= 0x1371) or 0x19DA or 0x2118 or 0x212E,
    };

    /// <summary>Letters whose NFKC form does not begin an identifier, and the vertical tilde, which is a pattern character.</summary>
    private static bool IsNeverStart(int value) =>
        value is 0xE33 or 0xEB3 or 0xFF9E or 0xFF9F || IsNeverContinue(value);

    private static bool IsNeverContinue(int value) => value is 0x37A or 0x2E2F
        or (>= 0xFC5E and <= 0xFC63) or 0xFDFA or 0xFDFB
        or 0xFE70 or 0xFE72 or 0xFE74 or 0xFE76 or 0xFE78 or 0xFE7A or 0xFE7C or 0xFE7E;
}
