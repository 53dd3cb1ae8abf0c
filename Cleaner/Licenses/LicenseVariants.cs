using System.Text;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>Wordings of a licence that are common and that SPDX's template for it allows, but its plain text does not show.</summary>
internal static partial class LicenseVariants
{
    // The endorsement clause of the three-clause BSD licence, in wordings without "neither … nor".
    private static readonly string[] Endorsement =
    [
        "The names of its contributors may not be used to endorse or promote products derived from this software without "
        + "specific prior written permission.",
        "The name of the author may not be used to endorse or promote products derived from this software without specific "
        + "prior written permission.",
        "The name of the author may not be used to endorse or promote products derived from this software without prior "
        + "written permission.",
        "The names of the copyright holders, or the names of any members, or of any contributors, may not be used to endorse "
        + "or promote products derived from this software without specific prior written permission.",
        "Neither the author nor the names of any contributors may be used to endorse or promote products derived from this "
        + "software without specific prior written permission.",
    ];

    /// <summary>Variants of the text with this id; most have none.</summary>
    public static IEnumerable<byte[]> Of(string id, byte[] text)
    {
        string plain = Encoding.UTF8.GetString(text);
        if (id == "BSD-3-Clause")
        {
            foreach (string clause in Endorsement)
            {
                yield return Encoding.UTF8.GetBytes(NeitherNor().Replace(plain, clause));
            }
        }

        if (id == "HPND")
        {
            // Most copies leave out one of its two disclaimers, and name one holder.
            string one = plain.Replace(" or <related entities>", "", StringComparison.Ordinal);
            yield return Encoding.UTF8.GetBytes(one);
            yield return Encoding.UTF8.GetBytes(NoRepresentations().Replace(one, ""));
            int disclaimer = one.IndexOf("<copyright holder> DISCLAIMS", StringComparison.Ordinal);
            yield return Encoding.UTF8.GetBytes(disclaimer > 0 ? one[..disclaimer] : one);
        }

        if (PartOf(id, plain) is { } part)
        {
            yield return Encoding.UTF8.GetBytes(part);
        }

        if (id == "X11")
        {
            // As others than the X Consortium use it: without its trademark, and with the authors' names instead of its own.
            string others = Trademark().Replace(plain, "");
            yield return Encoding.UTF8.GetBytes(
                others.Replace("X CONSORTIUM", "AUTHORS OR COPYRIGHT HOLDERS", StringComparison.Ordinal)
                    .Replace("the X Consortium", "the authors", StringComparison.Ordinal));
        }

        if (id == "MIT")
        {
            // Without the notice's "and this permission notice", as older copies have it, and with "(including the next paragraph)".
            yield return Encoding.UTF8.GetBytes(
                plain.Replace("this permission notice", "this permission notice (including the next paragraph)"));
        }
    }

    /// <summary>The terms alone of texts that are often distributed without what SPDX has before or after them; null for most.</summary>
    private static string? PartOf(string id, string plain)
    {
        (string from, string to) = id switch
        {
            "Apache-2.0" => ("", "END OF TERMS AND CONDITIONS"),
            "CC0-1.0" => ("The laws of most jurisdictions", ""),
            "Unicode-DFS-2015" or "Unicode-DFS-2016" => ("Permission is hereby granted", ""),
            "W3C" or "W3C-19980720" => ("", "This formulation of W3C"),
            _ => ("", ""),
        };
        int start = from.Length == 0 ? 0 : plain.IndexOf(from, StringComparison.Ordinal);
        int end = to.Length == 0 ? plain.Length : plain.IndexOf(to, StringComparison.Ordinal);
        return start >= 0 && end > start && end - start < plain.Length ? plain[start..end] : null;
    }

    [GeneratedRegex("<copyright holder> makes no representations.*?implied warranty\\.", RegexOptions.Singleline)]
    private static partial Regex NoRepresentations();

    [GeneratedRegex("X Window System is a trademark.*$", RegexOptions.Singleline)]
    private static partial Regex Trademark();

    [GeneratedRegex("Neither the name of the copyright holder[^.]*\\.", RegexOptions.Singleline)]
    private static partial Regex NeitherNor();
}
