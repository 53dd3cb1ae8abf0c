using System.Text;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>One paragraph of a Debian copyright file: which files, under which licence.</summary>
/// <param name="Patterns">Patterns of paths: <c>*</c> stands for any text, '/' included, and <c>?</c> for one character.</param>
/// <param name="License">The licence as an SPDX expression.</param>
public sealed record FilesParagraph(IReadOnlyList<string> Patterns, string License);

/// <summary>
/// Debian's machine-readable copyright files, DEP-5 (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/): which licence
/// covers which files. The last paragraph that matches a path wins.
/// </summary>
public static partial class DebianCopyright
{
    // The largest files of Debian (linux, chromium) have some hundred paragraphs; hostile input must not cost more.
    private const int MaxParagraphs = 2000;
    private const int MaxPatterns = 2000;

    /// <summary>
    /// The paragraphs of a machine-readable file, in order; null where the file has another form. Where a short name is not known, the
    /// licence text given in the file is read by <paramref name="detector"/>.
    /// </summary>
    public static IReadOnlyList<FilesParagraph>? Read(ReadOnlySpan<byte> text, LicenseDetector detector)
    {
        List<Dictionary<string, string>> paragraphs = Paragraphs(Encoding.UTF8.GetString(text));
        if (paragraphs.Count == 0 || !paragraphs[0].TryGetValue("format", out string? format) || !Format().IsMatch(format))
        {
            return null;
        }

        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Dictionary<string, string> paragraph in paragraphs)
        {
            if (paragraph.TryGetValue("license", out string? license) && SplitName(license) is (var name, { Length: > 0 } body))
            {
                texts.TryAdd(name, body);
            }
        }

        var files = new List<FilesParagraph>();
        foreach (Dictionary<string, string> paragraph in paragraphs)
        {
            if (paragraph.TryGetValue("files", out string? patterns) && paragraph.TryGetValue("license", out string? license))
            {
                string[] split = patterns.Split([' ', '\n', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
                split = split.Length > MaxPatterns ? split[..MaxPatterns] : split;
                files.Add(new FilesParagraph(split, Expression(license, texts, detector)));
            }
        }

        return files.Count == 0 && paragraphs[0].TryGetValue("license", out string? whole)
            ? [new FilesParagraph(["*"], Expression(whole, texts, detector))]
            : files;
    }

    /// <summary>The licence of a path: that of the last paragraph that matches it; null where none does.</summary>
    public static string? LicenseOf(IReadOnlyList<FilesParagraph> paragraphs, string path)
    {
        for (int i = paragraphs.Count - 1; i >= 0; i--)
        {
            if (paragraphs[i].Patterns.Any(pattern => Matches(pattern, path)))
            {
                return paragraphs[i].License;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a pattern over the source tree matches an installed path. Installing drops leading folders ("src/foo/a.py" becomes
    /// "foo/a.py"), so a pattern's leading folders may be missing from the path, as long as the rest still names something.
    /// </summary>
    internal static bool Matches(string pattern, string path)
    {
        pattern = pattern.StartsWith("./", StringComparison.Ordinal) ? pattern[2..] : pattern;
        if (Wildcard(pattern, path))
        {
            return true;
        }

        if (pattern.StartsWith("debian/", StringComparison.Ordinal))
        {
            return false;
        }

        for (int slash = pattern.IndexOf('/'); slash >= 0; slash = pattern.IndexOf('/', slash + 1))
        {
            string rest = pattern[(slash + 1)..];
            if (rest.Count(char.IsLetterOrDigit) >= 3 && rest.Contains('/') && Wildcard(rest, path))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a pattern matches a path, or the end of one that begins below a folder.</summary>
    internal static bool IsBelow(string pattern, string path) => Wildcard(pattern, path) || Wildcard("*/" + pattern, path);

    private static bool Wildcard(string pattern, string path)
    {
        // Greedy matching with one position to backtrack to: linear except for patterns with many stars.
        int p = 0;
        int star = -1;
        int resume = 0;
        for (int i = 0; i < path.Length;)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = i;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == path[i]))
            {
                p++;
                i++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                i = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }

    private static string Expression(string license, Dictionary<string, string> texts, LicenseDetector detector)
    {
        (string name, string body) = SplitName(license);
        if (DebianNames.ToSpdx(name) is { } expression)
        {
            return expression;
        }

        // An unknown short name: its text decides. With "X and Y" or "X or Y" each part is looked up by itself.
        foreach ((string word, bool choice) in new[] { (" or ", true), (" and ", false) })
        {
            string[] parts = name.Split(word, StringSplitOptions.TrimEntries);
            if (parts.Length is > 1 and < 20)
            {
                IEnumerable<string> each = parts.Select(
                    part => DebianNames.ToSpdx(part) ?? OfText(texts.GetValueOrDefault(part.Trim(',', ' '), ""), detector));
                return choice ? SpdxExpression.Or(each) : SpdxExpression.And(each);
            }
        }

        return OfText(body.Length > 0 ? body : texts.GetValueOrDefault(name, ""), detector);
    }

    private static string OfText(string body, LicenseDetector detector)
    {
        string found = body.Length == 0 ? "" : detector.OfLicenseFile(Encoding.UTF8.GetBytes(body)).Expression;
        return found.Length == 0 ? SpdxLicenses.Unknown : found;
    }

    private static (string Name, string Text) SplitName(string field)
    {
        int line = field.IndexOf('\n');
        return line < 0 ? (field.Trim(), "") : (field[..line].Trim(), field[(line + 1)..]);
    }

    /// <summary>
    /// RFC 822 style paragraphs: "Field: value", continued on lines that begin with white space; "." stands for a blank line.
    /// </summary>
    private static List<Dictionary<string, string>> Paragraphs(string text)
    {
        var all = new List<Dictionary<string, string>>();
        Dictionary<string, string>? current = null;
        string? field = null;
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.TrimEnd('\r');
            if (line.Trim().Length == 0)
            {
                current = null;
                field = null;
            }
            else if (line[0] is ' ' or '\t')
            {
                if (current is not null && field is not null)
                {
                    current[field] += "\n" + (line.Trim() == "." ? "" : line.TrimEnd());
                }
            }
            else if (line[0] != '#' && line.IndexOf(':') is > 0 and int colon)
            {
                if (current is null)
                {
                    if (all.Count == MaxParagraphs)
                    {
                        break;
                    }

                    all.Add(current = new Dictionary<string, string>(StringComparer.Ordinal));
                }

                field = line[..colon].Trim().ToLowerInvariant();
                current[field] = line[(colon + 1)..].Trim();
            }
        }

        return all;
    }

    [GeneratedRegex(
        @"copyright-format/1\.0|dep-?5|svn\.debian\.org|dep\.debian\.net|DEP5", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Format();
}

/// <summary>Debian's short names of licences (DEP-5, section "Short name") as SPDX expressions.</summary>
internal static partial class DebianNames
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Expat"] = "MIT", ["MIT"] = "MIT", ["MIT/X"] = "MIT", ["MIT/X11"] = "MIT", ["X11"] = "X11", ["ISC"] = "ISC",
        ["Apache"] = "Apache-2.0", ["Apache-2"] = "Apache-2.0", ["BSD"] = SpdxLicenses.Bsd, ["BSD-2"] = "BSD-2-Clause",
        ["BSD-3"] = "BSD-3-Clause", ["BSD-4"] = "BSD-4-Clause", ["FreeBSD"] = "BSD-2-Clause", ["BSD-3-clauses"] = "BSD-3-Clause",
        ["BSD-2-clauses"] = "BSD-2-Clause", ["BSD3"] = "BSD-3-Clause", ["BSD-3-Clause~"] = "BSD-3-Clause", ["PSF"] = "PSF-2.0",
        ["PSF-2"] = "PSF-2.0", ["Python"] = "PSF-2.0", ["Python-2"] = "PSF-2.0", ["PSF-2.0"] = "PSF-2.0", ["Python-2.0"] = "PSF-2.0",
        ["CC0"] = "CC0-1.0", ["CC-0"] = "CC0-1.0", ["CC0-1"] = "CC0-1.0", ["public-domain"] = SpdxLicenses.PublicDomain,
        ["PD"] = SpdxLicenses.PublicDomain, ["ZPL"] = "ZPL-2.1", ["Zlib"] = "Zlib", ["BSL"] = "BSL-1.0", ["BSL-1"] = "BSL-1.0",
        ["Boost-1.0"] = "BSL-1.0", ["W3C"] = "W3C", ["WTFPL-2"] = "WTFPL", ["MPL-2"] = "MPL-2.0", ["EPL-1"] = "EPL-1.0",
        ["EPL-2"] = "EPL-2.0", ["CDDL"] = "CDDL-1.0", ["QPL"] = "QPL-1.0", ["LPPL"] = "LPPL-1.3c", ["SIL-1.1"] = "OFL-1.1",
        ["GFDL-NIV"] = "GFDL-1.1-no-invariants-or-later", ["Artistic"] = "Artistic-1.0-Perl", ["Artistic-2"] = "Artistic-2.0",
        ["Perl"] = "Artistic-1.0-Perl OR GPL-1.0-or-later", ["Unlicense"] = "Unlicense", ["BSD-0-clause"] = "0BSD", ["0BSD"] = "0BSD",
        ["permissive"] = SpdxLicenses.Unknown,
    };

    /// <summary>The expression for a short name, possibly several joined by "and" and "or"; null where one is not known.</summary>
    public static string? ToSpdx(string name)
    {
        name = name.Trim();
        if (name.Length is 0 or > 500)
        {
            return null;
        }

        foreach ((string word, bool choice) in new[] { ("or", true), ("and", false) })
        {
            // With a comma before it, the word has the lowest precedence.
            string[] parts = Regex.Split(
                name, $@",?\s+{word}\s+|\s*{(choice ? @"\|" : ",")}\s*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
                TimeSpan.FromSeconds(1));
            if (parts.Length is > 1 and < 50)
            {
                string?[] each = [.. parts.Select(ToSpdx)];
                return each.Any(part => part is null) ? null : choice ? SpdxExpression.Or(each!) : SpdxExpression.And(each!);
            }
        }

        if (Exception().Match(name) is { Success: true } exception)
        {
            return ToSpdx(exception.Groups["base"].Value);
        }

        if (Names.TryGetValue(name, out string? known))
        {
            return known;
        }

        if (Versioned().Match(name) is { Success: true } gnu)
        {
            string family = gnu.Groups["family"].Value.ToUpperInvariant();
            string version = gnu.Groups["version"].Value;
            string suffix = gnu.Groups["later"].Success || version.Length == 0 ? "or-later" : "only";
            version = version.Length == 0
                ? (family == "LGPL" ? "2.0" : family == "AGPL" ? "3.0" : "1.0")
                : version.Contains('.') ? version : version + ".0";
            return SpdxLicenses.Find($"{family}-{version}-{suffix}");
        }

        return SpdxExpression.Normalize(name);
    }

    [GeneratedRegex(
        @"^(?<family>L?GPL|AGPL|GFDL)(?:-?v?(?<version>[0-9](?:\.[0-9])?)(?:\.0)?)?(?<later>\+|-or-later)?(?:-only)?(?:-NIV)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Versioned();

    [GeneratedRegex(
        @"^(?<base>\S+) with .*(?:exception).*$|^(?<base>L?GPL-[0-9.]+\+?)-with-.*exception.*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Exception();
}
