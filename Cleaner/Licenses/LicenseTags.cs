using System.Text;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>Licences that a file states by a tag: <c>SPDX-License-Identifier</c> and <c>__license__</c>.</summary>
internal static partial class LicenseTags
{
    private const int MaxLines = 5;

    /// <summary>The expressions of all <c>SPDX-License-Identifier:</c> lines; null where there are none.</summary>
    public static string? FindTags(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> tag = "spdx-license-identifier:"u8;
        var found = new List<string>();
        while (found.Count < 20 && CopyrightLine.IndexOfIgnoreCase(text, tag) is >= 0 and int at)
        {
            text = text[(at + tag.Length)..];
            int end = text.IndexOfAny((byte)'\n', (byte)'\r');
            string value = Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
            value = TagEnd().Replace(value, "").Trim().Trim('"', '\'', ',', ';').Trim();
            if (value.Length > 0)
            {
                found.Add(LicenseNames.ToSpdx(value) ?? SpdxLicenses.Unknown);
            }
        }

        return found.Count == 0 ? null : SpdxExpression.And(found);
    }

    /// <summary>
    /// The licence that lines such as "License: X" name; empty where there are none, or where they point to a file. A name that is not
    /// known is an unknown licence.
    /// </summary>
    public static string OfLines(ReadOnlySpan<byte> text)
    {
        if (CopyrightLine.IndexOfIgnoreCase(text, "license"u8) < 0 && CopyrightLine.IndexOfIgnoreCase(text, "licence"u8) < 0)
        {
            return "";
        }

        var found = new List<string>();
        foreach (Match match in Line().Matches(Encoding.UTF8.GetString(text)).Take(MaxLines))
        {
            string value = match.Groups["value"].Value.Trim().Trim('"', '\'', '`', '*', ',', '.', ' ');
            string named = LicenseNames.ToSpdx(value) ?? LicenseNotices.Find(Encoding.UTF8.GetBytes("License: " + value), isHeader: true);
            if (named.Length == 0 && value.Length > 0 && !Pointer().IsMatch(value) && value.Count(' ') < 8)
            {
                named = SpdxLicenses.Unknown;
            }

            found.Add(named);
        }

        return SpdxExpression.And(found);
    }

    /// <summary>The licence that a module's <c>__license__</c> names; empty where it names none.</summary>
    public static string OfModule(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> name = "__license__"u8;
        if (text.IndexOf(name) is not (>= 0 and int at))
        {
            return "";
        }

        ReadOnlySpan<byte> rest = text[(at + name.Length)..].TrimStart(" \t="u8);
        int close = rest.Length > 2 && rest[0] is (byte)'"' or (byte)'\'' ? rest[1..].IndexOfAny(rest[0], (byte)'\n') : -1;
        if (close <= 0)
        {
            return "";
        }

        string value = Encoding.UTF8.GetString(rest[1..(close + 1)]);
        bool points = value.Contains("see ", StringComparison.OrdinalIgnoreCase) || value.Contains("LICENSE", StringComparison.Ordinal);
        string named = LicenseNames.ToSpdx(value)
            ?? LicenseNotices.Find(Encoding.UTF8.GetBytes("License: " + value), isHeader: true);
        return named.Length > 0 || points ? named : SpdxLicenses.Unknown;
    }

    [GeneratedRegex(
        @"^[ \t#*;/.""'@:-]*licen[cs]e[ \t]*:{1,2}[ \t]*(?<value>[^\r\n]{1,120})\r?$",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    // A file, an address, or a description instead of a name.
    [GeneratedRegex(
        @"\b(?:see|file|https?|www|below|above|same|LICEN[SC]E|COPYING|README|the|a|an|is|are|str|string|none|optional|this|unknown"
        + @"|list|todo|tbd|all rights)\b"
        + @"|[{}<>=%$()\[\]]|:\s|^\W*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pointer();

    [GeneratedRegex(@"\s*(?:\*/|-->|#}|\\n|\*+\s*$|#+\s*$|'''|"""""").*$", RegexOptions.CultureInvariant)]
    private static partial Regex TagEnd();
}
