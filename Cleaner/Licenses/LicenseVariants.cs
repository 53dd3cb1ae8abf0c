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

        if (id == "IJG" && PartOf(id, plain) is { } terms)
        {
            // With and without its beginning in plain English, and without the line of copyright.
            int legal = terms.IndexOf("The authors make NO WARRANTY", StringComparison.Ordinal);
            yield return Encoding.UTF8.GetBytes(terms[Math.Max(0, legal)..]);
            yield return Encoding.UTF8.GetBytes(JpegCopyright().Replace(terms[Math.Max(0, legal)..], ""));
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

            // As freeglut has it: the permission to permit it others is left out.
            yield return Encoding.UTF8.GetBytes(
                PermitOthers().Replace(others, "copies or substantial portions of the Software.")
                    .Replace("X CONSORTIUM", "AUTHOR", StringComparison.Ordinal)
                    .Replace("the X Consortium", "the author", StringComparison.Ordinal));
        }

        if (id == "MIT")
        {
            // Without the notice's "and this permission notice", as older copies have it, and with "(including the next paragraph)".
            yield return Encoding.UTF8.GetBytes(
                plain.Replace("this permission notice", "this permission notice (including the next paragraph)"));
        }
    }

    /// <summary>
    /// What of the text with this id stands before its disclaimer: one that is left out, shortened or exchanged takes nothing of what is
    /// permitted. None for most.
    /// </summary>
    public static IEnumerable<byte[]> WithoutDisclaimer(string id, byte[] text)
    {
        string plain = Encoding.UTF8.GetString(text);
        if (id is "MIT" or "BSD-2-Clause" or "BSD-3-Clause")
        {
            yield return Encoding.UTF8.GetBytes(Disclaimer().Replace(plain, ""));
        }

        int notice = plain.IndexOf("NOTICE TO USER", StringComparison.Ordinal);
        if (id == "Unicode-DFS-2016" && notice > 0)
        {
            yield return Encoding.UTF8.GetBytes(DataDisclaimer().Replace(plain[notice..], ""));
        }

        if (id == "BSD-3-Clause")
        {
            // As Linux-PAM and e2fsprogs have it; other terms stand between these conditions and the disclaimer.
            const string All = "reproduce all prior and current copyright notices";
            string conditions = Disclaimer().Replace(plain, "")
                .Replace("reproduce the above copyright notice", All, StringComparison.Ordinal);
            const string Whole = "permission notice in its entirety, including the disclaimer of warranties.";
            const string Notice = "the above copyright notice, this list of conditions and the following disclaimer.";
            yield return Encoding.UTF8.GetBytes(
                NeitherNor().Replace(conditions, Endorsement[1])
                    .Replace(Notice, "the above copyright notice, and the entire " + Whole, StringComparison.Ordinal));
            yield return Encoding.UTF8.GetBytes(
                NeitherNor().Replace(
                    conditions, "The name of any author may not be used to endorse or promote products derived from this software without "
                    + "their specific prior written permission.")
                    .Replace(Notice, "any existing copyright notice, and this entire " + Whole, StringComparison.Ordinal));
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
            "IJG" => ("In plain English", "ansi2knr.c is included"),
            "Qhull" => ("Qhull is free software", ""),
            "Libpng" => ("If you modify libpng", "A \"png_get_copyright\""),
            _ => ("", ""),
        };
        int start = from.Length == 0 ? 0 : plain.IndexOf(from, StringComparison.Ordinal);
        int end = to.Length == 0 ? plain.Length : plain.IndexOf(to, StringComparison.Ordinal);
        return start >= 0 && end > start && end - start < plain.Length ? plain[start..end] : null;
    }

    [GeneratedRegex("<copyright holder> makes no representations.*?implied warranty\\.", RegexOptions.Singleline)]
    private static partial Regex NoRepresentations();

    [GeneratedRegex("^ *THE SOFTWARE IS PROVIDED.*$|^ *THIS SOFTWARE IS PROVIDED.*$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Disclaimer();

    [GeneratedRegex("THE DATA FILES AND SOFTWARE ARE PROVIDED.*$", RegexOptions.Singleline)]
    private static partial Regex DataDisclaimer();

    [GeneratedRegex("copies of the Software, and to permit persons.*?conditions:", RegexOptions.Singleline)]
    private static partial Regex PermitOthers();

    [GeneratedRegex("This software is copyright.*?specified below\\.", RegexOptions.Singleline)]
    private static partial Regex JpegCopyright();

    [GeneratedRegex("X Window System is a trademark.*$", RegexOptions.Singleline)]
    private static partial Regex Trademark();

    [GeneratedRegex("Neither the name of the copyright holder[^.]*\\.", RegexOptions.Singleline)]
    private static partial Regex NeitherNor();
}
