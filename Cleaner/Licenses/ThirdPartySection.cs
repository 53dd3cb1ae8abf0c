using System.Text;
using System.Text.RegularExpressions;
using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// A section of a licence file about the code of others, under a heading of its own. Like a file of that name it does not speak of the
/// rest; its copyleft licences count, for nobody knows which files are theirs.
/// </summary>
internal static partial class ThirdPartySection
{
    /// <summary>Where the first such section begins, in bytes; -1 where there is none.</summary>
    /// <param name="text">A licence file.</param>
    public static int StartOf(ReadOnlySpan<byte> text) =>
        MayBeginIn(text)
        && Heading().Match(Encoding.Latin1.GetString(text)) is { Success: true, Index: > 0 } heading
            ? heading.Index
            : -1;

    // Whether a text has "third-party" before one of the words that a heading has there, wherever that is.
    private static bool MayBeginIn(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> party = "party "u8;
        if (CopyrightLine.StartsWithIgnoreCase(text, party))
        {
            return false;
        }

        while (CopyrightLine.IndexOfIgnoreCase(text, party) is >= 0 and int at)
        {
            bool isOfOthers = at > 3 && text[at - 1] is (byte)' ' or (byte)'-' && (text[at - 2] | 0x20) == 'd';
            text = text[(at + party.Length)..];
            foreach (byte[] word in isOfOthers ? (ReadOnlySpan<byte[]>)Words : [])
            {
                if (CopyrightLine.StartsWithIgnoreCase(text, word))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static readonly byte[][] Words =
    [
        .. new[] { "code", "software", "component", "licen", "librar", "notice", "data", "content", "material" }
            .Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>The licence of a file that has such a section.</summary>
    /// <param name="own">What the file says before the section.</param>
    /// <param name="others">What the section says.</param>
    public static LicenseFinding Combine(LicenseFinding own, LicenseFinding others) => new(
        SpdxExpression.And(
            SpdxExpression.Ids(others.Expression).Where(static id => SpdxExpression.ClassOf(id) is var value
                && value > LicenseClass.PublicDomain && value != LicenseClass.Unknown).Append(own.Expression)),
        own.Copyright)
    {
        Scopes = [.. own.Scopes, .. others.Scopes],
    };

    // A line of its own behind a blank one: underlined, or with the mark of a heading.
    [GeneratedRegex(
        @"(?<=\n[ \t]*\r?\n)(?:(?<mark>#+)[ \t]*)?(?:3rd|third)[- ]party[ ](?:code|software|components?|licen[cs]es?|libraries|notices?"
        + @"|data|content|material)(?:,?[ ](?:and|&)[ ][a-z]+){0,2}[ \t]*:?[ \t]*\r?\n(?(mark)|[ \t]*[=~*^-]{4,}[ \t]*\r?\n)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();
}
