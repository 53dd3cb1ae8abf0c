using System.Buffers;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Licences that a notice names and that have no expression of their own in <see cref="LicenseNotices"/>: Creative Commons' restricted ones
/// and, in headers, all that are not permissive, looked up by SPDX's names, and unknown where SPDX has none of that name.
/// </summary>
internal static partial class OtherNames
{
    private const int MaxNames = 20;

    [ThreadStatic]
    private static FunctionCache<string, string?>? _lookups;

    /// <summary>The licences named.</summary>
    /// <param name="text">The text with its sentences.</param>
    /// <param name="rest">Its words, where those that are understood are blank.</param>
    /// <param name="isHeader">Whether it is a source file's header: one name that is not known makes the header unknown.</param>
    public static IEnumerable<string> In(NoticeText text, string rest, bool isHeader)
    {
        var found = new List<string>();
        bool mayBeCommons = rest.AsSpan().ContainsAny(Commons);
        foreach (Match match in mayBeCommons ? CreativeCommons().Matches(rest).Take(MaxNames) : [])
        {
            if (IdOf(match) is { } id && IsStated(text, match))
            {
                found.Add(id);
            }
        }

        if (!isHeader)
        {
            return found;
        }

        Regex named = rest.AsSpan().ContainsAny(Governing) ? Named() : NamedBehind();
        foreach (Match match in named.Matches(rest).Take(MaxNames))
        {
            if (LookupOnce(match.Groups["name"].Value) is { } id && IsStated(text, match))
            {
                found.Add(id);
            }
        }

        bool mayHaveProper = text.Cased.AsSpan().ContainsAny(ProperEnds)
            || (text.Cased.Contains("license", StringComparison.Ordinal) && text.Cased.AsSpan().ContainsAny(ProperVerbs));
        foreach (Match match in mayHaveProper ? Proper().Matches(text.Cased).Take(MaxNames) : [])
        {
            // "The Sustainable Use License governs this file": a name in capitals that is not known. Those that are have been read.
            string name = match.Groups["name"].Value.ToLowerInvariant();
            bool isRead = rest.AsSpan(match.Index, match.Length).Contains('\u0001');
            bool isGnu = name.StartsWith("gnu ", StringComparison.Ordinal);
            if (found.Count == 0 && !isRead && !isGnu
                && name.Split(' ').Any(word => word is "eclipse" or "mozilla" || (word.Length > 1 && !NoNames.Contains(word)))
                && IsStated(text, match)
                && (LicenseNames.ToSpdx(name + " license") ?? LicenseNames.ToSpdx(name) ?? SpdxLicenses.Unknown) is var id
                && !SpdxExpression.IsPermissive(id))
            {
                found.Add(id);
            }
        }

        return found;
    }

    private static string? LookupOnce(string words) => (_lookups ??= new()).Of(words, words.Length, Lookup);

    private static bool IsStated(NoticeText text, Match match)
    {
        text.Around(match, out ReadOnlySpan<char> before, out ReadOnlySpan<char> after);
        return !NoticeSentence.IsDenied(before, after);
    }

    private static string? IdOf(Match match)
    {
        string words = match.Groups["parts"].Value;
        string version = match.Groups["version"].Success ? match.Groups["version"].Value : "4.0";
        bool noDerivatives = words.Contains("nd", StringComparison.Ordinal) || words.Contains("deriv", StringComparison.Ordinal);
        bool sameLicense = words.Contains("sa", StringComparison.Ordinal) || words.Contains("alike", StringComparison.Ordinal);
        string id = "CC-BY"
            + (words.Contains("nc", StringComparison.Ordinal) || words.Contains("commercial", StringComparison.Ordinal) ? "-NC" : "")
            + (noDerivatives ? "-ND" : sameLicense ? "-SA" : "") + "-" + version;
        return SpdxLicenses.Find(id) ?? SpdxLicenses.Unknown;
    }

    // The longest beginning of the words that is a known name; unknown where the words up to "license" are none; null where there is no
    // name.
    private static string? Lookup(string words)
    {
        string[] parts = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["gnu" or "gpl" or "lgpl" or "agpl" or "affero" or "lesser", ..])
        {
            // The names of the GNU family are read by themselves, with their versions.
            return null;
        }

        for (int count = parts.Length; count > 0; count--)
        {
            string name = string.Join(' ', parts[..count]);
            string bare = Version().Replace(name, "").Replace("  ", " ", StringComparison.Ordinal);
            if ((LicenseNames.ToSpdx(name) ?? LicenseNames.ToSpdx(bare)) is { } id)
            {
                // A permissive licence is granted only by an expression of LicenseNotices, which looks at the sentence.
                return !SpdxExpression.IsPermissive(id) ? id : null;
            }
        }

        int use = Array.FindIndex(parts, static part => part == "use");
        if (use >= 2 && parts[use - 1] == "of" && parts[use - 2] == "terms" && (use == 2 || !NoNames.Contains(parts[0])))
        {
            return SpdxLicenses.Unknown;
        }

        int end = Array.FindIndex(parts, static part => part is "license" or "licenses" or "agreement" or "eula" || part.Contains("rail"));
        return end >= 0 && parts[end].Contains("rail", StringComparison.Ordinal) ? SpdxLicenses.Unknown
            : end > 0 && end <= 6 && parts[..end].Any(part => part.Length > 1 && !NoNames.Contains(part)) ? SpdxLicenses.Unknown
            : null;
    }

    // Words that are no part of a licence's name: "the license of the project", "one or more contributor license agreements".
    private static readonly HashSet<string> NoNames = new(StringComparer.Ordinal)
    {
        "the", "this", "these", "a", "an", "same", "its", "above", "following", "project", "terms", "file", "open", "source", "software",
        "one", "or", "more", "and", "contributor", "any", "all", "as", "at", "your", "our", "their", "in", "is", "see", "that", "which",
        "under",
        "to", "of", "with", "for", "by", "on", "permissive", "free", "compatible", "included", "accompanying", "bsd", "mit", "apache",
        "gnu",
        "python", "style", "liberal", "simple", "zope", "mozilla", "following", "find", "read", "check", "certain", "different", "various",
        "whole", "full", "main", "root", "provided", "either", "both", "dual", "multiple", "several", "other", "permitted", "applicable",
        "isc", "boost", "psf", "unlicense", "gpl", "lgpl", "agpl", "general", "public", "cc0", "creative", "commons", "artistic", "eclipse",
        "expat", "x11", "cc", "via", "attribution", "international", "universal", "unported", "enclosed", "attached", "code", "clause",
        "clauses", "modified", "revised", "simplified", "version", "compliant", "approved", "osi", "based", "exact", "identical", "similar",
        "foundation", "consortium", "university", "illinois", "ncsa", "zlib", "libpng", "wtfpl", "dual", "standard", "usual", "own", "such",
        "another", "appropriate", "respective", "original", "current", "present", "specific", "corresponding", "relevant", "unless",
        "no", "new", "key", "keys", "can", "from", "where", "if", "it", "we", "you", "was", "be", "been",
        "are",
    };

    // Each name of Creative Commons begins with one of these.
    private static readonly SearchValues<string> Commons = SearchValues.Create(["cc ", "creative commons "], StringComparison.Ordinal);

    [GeneratedRegex(
        @"\b(?:cc|creative commons)(?: license| attribution| by)*(?<parts>(?: (?:nc|nd|sa|non ?commercial|no ?deriv[a-z]*"
        + @"|share ?alike))+)"
        + @"(?: international| unported| license| version| generic)*(?: (?<version>[1-4]\.[05]))?",
        RegexOptions.CultureInvariant)]
    private static partial Regex CreativeCommons();

    private const string Behind =
        @"\b(?:(?:licensed|released|distributed|available|governed|covered|provided|published) (?:under|by)"
        + @"|terms of|conditions of|copy of|subject to|accordance with|according to|^license)"
        + @"(?: the| terms| of)*(?<name>(?: [a-z0-9.+]+){1,8})";

    [GeneratedRegex(
        Behind + @"|\bthe(?<name>(?: [a-z0-9.+]+){1,6}) (?:governs|covers|applies to) (?:this|the|all)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Named();

    // Most texts have none of these, and then a name stands only behind such words.
    private static readonly SearchValues<string> Governing =
        SearchValues.Create([" governs ", " covers ", " applies to "], StringComparison.Ordinal);

    [GeneratedRegex(Behind, RegexOptions.CultureInvariant)]
    private static partial Regex NamedBehind();

    // Each name in capitals ends with one of these, or with "license" and one of those behind it.
    private static readonly SearchValues<string> ProperEnds =
        SearchValues.Create(["License", "EULA", "Agreement", "Terms of "], StringComparison.Ordinal);

    private static readonly SearchValues<string> ProperVerbs =
        SearchValues.Create(["version", " governs", " applies", " covers"], StringComparison.Ordinal);

    [GeneratedRegex(
        @"(?:\b[Tt]he |\b[Aa] copy of |\bto |\bunder |\bby )(?<name>[A-Z0-9][A-Za-z0-9.+]*(?: (?:[A-Z0-9][A-Za-z0-9.+]*|of|for|and"
        + @"|the|v?[0-9.]+)){0,6}?)"
        + @" ?(?:License(?! [A-Z]?[a-z]+ [Ff]ile)|license(?=[ ,]*version| governs| applies| covers)|EULA|Agreement|Terms of (?:Use"
        + @"|Service))\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Proper();

    [GeneratedRegex(@"\b(?:version|only)\b|\bv(?=[0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}
