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
        if (!HasLine(text))
        {
            return "";
        }

        var found = new List<string>();
        foreach (Match match in Line().Matches(Encoding.UTF8.GetString(text)).Take(MaxLines))
        {
            string value = match.Groups["value"].Value.Trim().Trim('"', '\'', '`', '*', ',', '.', ' ');
            string named = OfValue(value);
            if (named.Length == 0 && value.Length > 0 && (!Pointer().IsMatch(value) && value.Count(' ') < 8 || Contract().IsMatch(value)))
            {
                named = SpdxLicenses.Unknown;
            }

            found.Add(named);
        }

        return SpdxExpression.And(found);
    }

    // Whether a colon follows the word "license" somewhere: a quick test.
    private static bool HasLine(ReadOnlySpan<byte> text)
    {
        while (CopyrightLine.IndexOfIgnoreCase(text, "licen"u8) is >= 0 and int at)
        {
            text = text[(at + 5)..];
            if (text.Length > 2 && text[2..].TrimStart(" \t"u8).StartsWith(":"u8))
            {
                return true;
            }
        }

        return false;
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
        string named = OfValue(value);
        return named.Length > 0 || points ? named : SpdxLicenses.Unknown;
    }

    // "MIT" and "MIT, see LICENSE" are MIT; "MIT on weekends" is not known.
    private static string OfValue(string value)
    {
        if (LicenseNames.ToSpdx(value) is { } id)
        {
            return id;
        }

        string named = LicenseNotices.Find(Encoding.UTF8.GetBytes("License: " + value), isHeader: true);
        return named.Length > 0 && SpdxExpression.IsPermissive(named) && !IsNameAlone(value)
            ? SpdxExpression.And([named, SpdxLicenses.Unknown])
            : named;
    }

    // Whether beside a licence's name only a pointer to its text and a copyright line stand.
    private static bool IsNameAlone(string value)
    {
        NoticeText text = NoticeText.Of(Encoding.UTF8.GetBytes(HolderOf().Replace(value, "")));
        foreach (Range range in text.Plain.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> word = text.Plain.AsSpan()[range];
            if (word.Length > 1 && !LineWords.Contains(word) && !text.Cased.AsSpan()[range].ContainsAnyInRange('0', '9'))
            {
                return false;
            }
        }

        return true;
    }

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> LineWords = new HashSet<string>(
        """
        mit bsd apache isc zlib libpng psf python boost expat x11 zope zpl cc0 unlicense wtfpl ncsa hpnd opensource spdx asl al pd
        license licensed licenses licensing standard contributor agreement the new revised simplified clause clauses two
        three style like compatible software foundation public domain creative commons zero universal open source version and or
        either both dual under terms of see also please file files for more full details detail information info text included
        accompanying attached enclosed
        copying readme notice top root directory folder repository repo project package distribution distributed with this in at to on
        http https www org com html txt md rst rights reserved all same as its it is code header above below
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    [GeneratedRegex(
        @"\b(?:copyright|\(c\)|©|by)(?![\w ]*\b(?:for|only|not|until|unless|must)\b).*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HolderOf();

    [GeneratedRegex(
        @"^[ \t#*;/.""'@:-]*licen[cs]e[ \t]*:{1,2}[ \t]*(?<value>[^\r\n]{1,120})\r?$",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex(@"\b(?:contract|invoice|subscription|order form|eula)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Contract();

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
