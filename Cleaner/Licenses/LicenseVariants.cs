using System.Text;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>Wordings of a licence that are common and that SPDX's template for it allows, but its plain text does not show.</summary>
internal static partial class LicenseVariants
{
    // The endorsement clause of the three-clause BSD licence, as it is written where "neither … nor" is not.
    private static readonly string[] Endorsement =
    [
        "The names of its contributors may not be used to endorse or promote products derived from this software without specific prior written permission.",
        "The name of the author may not be used to endorse or promote products derived from this software without specific prior written permission.",
        "The name of the author may not be used to endorse or promote products derived from this software without prior written permission.",
        "Neither the author nor the names of any contributors may be used to endorse or promote products derived from this software without specific prior written permission.",
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

        if (id == "MIT")
        {
            // Without the notice's "and this permission notice", as older copies have it, and with "(including the next paragraph)".
            yield return Encoding.UTF8.GetBytes(plain.Replace("this permission notice", "this permission notice (including the next paragraph)"));
        }
    }

    [GeneratedRegex("Neither the name of the copyright holder[^.]*\\.", RegexOptions.Singleline)]
    private static partial Regex NeitherNor();
}
