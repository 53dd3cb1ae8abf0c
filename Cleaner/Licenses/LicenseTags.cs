using System.Text;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>Licences that a file states by a tag: <c>SPDX-License-Identifier</c> and <c>__license__</c>.</summary>
internal static partial class LicenseTags
{
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

    [GeneratedRegex(@"\s*(?:\*/|-->|#}|\\n|\*+\s*$|#+\s*$|'''|"""""").*$", RegexOptions.CultureInvariant)]
    private static partial Regex TagEnd();
}
