using System.Text;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>What people call licences in metadata and notices, as SPDX expressions.</summary>
public static partial class LicenseNames
{
    private const int MaxName = 300;

    // Words that do not say which licence it is.
    private static readonly HashSet<string> Fillers =
        ["license", "licence", "the", "licensed", "under", "http", "https", "www", "html", "txt", "terms", "of"];

    // Keys are in lower case, without filler words, words separated by one space.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["mit x11"] = "MIT", ["x11 mit"] = "MIT", ["expat"] = "MIT", ["mit expat"] = "MIT", ["expat mit"] = "MIT",
        ["mit x consortium"] = "X11", ["opensource org licenses mit"] = "MIT", ["mit http opensource org licenses mit"] = "MIT",
        ["mit style"] = "MIT", ["mit like"] = "MIT", ["bsd"] = SpdxLicenses.Bsd, ["bsd style"] = SpdxLicenses.Bsd,
        ["bsd like"] = SpdxLicenses.Bsd, ["osi approved bsd"] = SpdxLicenses.Bsd, ["bsd derived"] = SpdxLicenses.Bsd,
        ["bsd or"] = SpdxLicenses.Bsd, ["new bsd"] = "BSD-3-Clause", ["modified bsd"] = "BSD-3-Clause", ["revised bsd"] = "BSD-3-Clause",
        ["3 clause bsd"] = "BSD-3-Clause", ["bsd 3 clause"] = "BSD-3-Clause", ["bsd 3"] = "BSD-3-Clause", ["bsd3"] = "BSD-3-Clause",
        ["3 bsd"] = "BSD-3-Clause", ["bsd new"] = "BSD-3-Clause", ["bsd 3 clauses"] = "BSD-3-Clause", ["three clause bsd"] = "BSD-3-Clause",
        ["bsd three clause"] = "BSD-3-Clause", ["bsd 3 clause new or revised"] = "BSD-3-Clause", ["new bsd 3 clause"] = "BSD-3-Clause",
        ["simplified bsd"] = "BSD-2-Clause", ["freebsd"] = "BSD-2-Clause", ["2 clause bsd"] = "BSD-2-Clause",
        ["bsd 2 clause"] = "BSD-2-Clause", ["bsd 2"] = "BSD-2-Clause", ["two clause bsd"] = "BSD-2-Clause",
        ["bsd 2 clause simplified"] = "BSD-2-Clause", ["bsd2"] = "BSD-2-Clause", ["bsd 4 clause"] = "BSD-4-Clause",
        ["original bsd"] = "BSD-4-Clause", ["bsd 4"] = "BSD-4-Clause", ["zero clause bsd"] = "0BSD", ["bsd zero clause"] = "0BSD",
        ["apache"] = "Apache-2.0", ["apache 2"] = "Apache-2.0", ["apache 2.0"] = "Apache-2.0", ["apache v2"] = "Apache-2.0",
        ["apache v2.0"] = "Apache-2.0", ["apache version 2"] = "Apache-2.0", ["apache version 2.0"] = "Apache-2.0",
        ["apache software"] = "Apache-2.0", ["apache software 2.0"] = "Apache-2.0", ["apache software version 2.0"] = "Apache-2.0",
        ["apache software v2"] = "Apache-2.0", ["apache software 2"] = "Apache-2.0", ["asl 2.0"] = "Apache-2.0", ["asl 2"] = "Apache-2.0",
        ["al2"] = "Apache-2.0", ["apache2"] = "Apache-2.0", ["apache2.0"] = "Apache-2.0", ["apl2"] = "Apache-2.0",
        ["apache org licenses license 2.0"] = "Apache-2.0", ["apache org licenses 2.0"] = "Apache-2.0",
        ["apache foundation 2.0"] = "Apache-2.0", ["isc"] = "ISC", ["iscl"] = "ISC", ["isc iscl"] = "ISC",
        ["python software foundation"] = "PSF-2.0", ["psf"] = "PSF-2.0", ["psfl"] = "PSF-2.0", ["psf 2"] = "PSF-2.0",
        ["python"] = "PSF-2.0", ["psf 2.0"] = "PSF-2.0", ["python 2"] = "PSF-2.0", ["same as python"] = "PSF-2.0",
        ["python style"] = "PSF-2.0", ["python psf"] = "PSF-2.0", ["python 2.0"] = "PSF-2.0", ["zpl 2.1"] = "ZPL-2.1", ["zpl"] = "ZPL-2.1",
        ["zope public"] = "ZPL-2.1", ["zpl 2"] = "ZPL-2.0", ["zpl 2.0"] = "ZPL-2.0", ["zpl2.1"] = "ZPL-2.1",
        ["zope public 2.1"] = "ZPL-2.1", ["zope public version 2.1"] = "ZPL-2.1", ["mpl 2.0"] = "MPL-2.0", ["mpl 2"] = "MPL-2.0",
        ["mpl2"] = "MPL-2.0", ["mozilla public 2.0"] = "MPL-2.0", ["mozilla public 2.0 mpl 2.0"] = "MPL-2.0",
        ["mozilla public version 2.0"] = "MPL-2.0", ["mplv2"] = "MPL-2.0", ["mpl v2"] = "MPL-2.0", ["mplv2.0"] = "MPL-2.0",
        ["mpl 1.1"] = "MPL-1.1", ["mozilla public 1.1"] = "MPL-1.1", ["mozilla public 1.1 mpl 1.1"] = "MPL-1.1",
        ["unlicense"] = "Unlicense", ["unlicence"] = "Unlicense", ["cc0"] = "CC0-1.0", ["cc0 1.0"] = "CC0-1.0",
        ["cc0 1.0 universal"] = "CC0-1.0", ["creative commons zero"] = "CC0-1.0", ["public domain"] = SpdxLicenses.PublicDomain,
        ["pd"] = SpdxLicenses.PublicDomain, ["cc0 1.0 universal cc0 1.0 public domain dedication"] = "CC0-1.0", ["wtfpl"] = "WTFPL",
        ["zlib"] = "Zlib", ["zlib libpng"] = "Zlib", ["boost"] = "BSL-1.0", ["boost software 1.0"] = "BSL-1.0",
        ["boost software 1.0 bsl 1.0"] = "BSL-1.0", ["bsl 1.0"] = "BSL-1.0", ["artistic 2"] = "Artistic-2.0",
        ["artistic 2.0"] = "Artistic-2.0", ["artistic v2"] = "Artistic-2.0", ["hpnd"] = "HPND",
        ["historical permission notice and disclaimer"] = "HPND", ["historical permission notice and disclaimer hpnd"] = "HPND",
        ["w3c"] = "W3C", ["postgresql"] = "PostgreSQL", ["uiuc ncsa"] = "NCSA", ["university of illinois ncsa open source"] = "NCSA",
        ["ncsa"] = "NCSA", ["eclipse public 1.0"] = "EPL-1.0", ["eclipse public 2.0"] = "EPL-2.0",
        ["eclipse public 2.0 epl 2.0"] = "EPL-2.0", ["cddl"] = "CDDL-1.0", ["mit no attribution"] = "MIT-0",
        ["mit no attribution mit 0"] = "MIT-0", ["mulan permissive software v2 mulanpsl 2.0"] = "MulanPSL-2.0",
        ["academic free"] = "AFL-3.0", ["academic free afl"] = "AFL-3.0", ["universal permissive"] = "UPL-1.0",
        ["universal permissive upl"] = "UPL-1.0", ["european union public 1.2 eupl 1.2"] = "EUPL-1.2",
        ["european union public 1.1 eupl 1.1"] = "EUPL-1.1", ["bsd clear"] = "BSD-3-Clause-Clear", ["openssl"] = "OpenSSL",
        ["business source"] = "BUSL-1.1", ["server side public 1"] = "SSPL-1.0", ["server side public"] = "SSPL-1.0",
        ["elastic 2"] = "Elastic-2.0", ["wxwindows"] = "wxWindows", ["microsoft reciprocal ms rl"] = "MS-RL", ["elastic"] = "Elastic-2.0",
        ["ofl 1.1"] = "OFL-1.1", ["sil ofl 1.1"] = "OFL-1.1", ["sil open font 1.1 ofl 1.1"] = "OFL-1.1",
    };

    // Keys are in lower case, without filler words, words separated by one space.
    private static readonly Dictionary<string, string> SpdxNames = BuildNames();

    /// <summary>
    /// The SPDX expression for a licence as a person writes it: an expression, an SPDX id or name, or a usual name ("New BSD", "GPLv3+",
    /// "Apache License, Version 2.0"). Null where it is none of these.
    /// </summary>
    public static string? ToSpdx(string name)
    {
        name = name.Trim().Trim('"', '\'', '.', ',').Trim();
        if (name.Length is 0 or > MaxName)
        {
            return null;
        }

        if (SpdxExpression.Normalize(name) is { } expression)
        {
            return expression;
        }

        if (Single(name) is { } single)
        {
            return single;
        }

        // "The MIT License (MIT)": both must say the same, or the parentheses withdraw something.
        int open = name.IndexOf('(');
        if (open > 0 && name.EndsWith(')') && Single(name[..open]) is { } outer && Single(name[(open + 1)..^1]) == outer)
        {
            return outer;
        }

        // "MIT or Apache 2.0", "BSD and GPLv2", "MIT/Apache-2.0", "MIT & PSF", "MIT, BSD": all must have a name.
        // A name is short (MaxName), so no time limit is needed; one by the clock would end a run on a busy machine.
        foreach ((Regex separator, bool choice) in new[] { (Or(), true), (And(), false) })
        {
            string[] parts = separator.Split(name);
            if (parts.Length is > 1 and < 10)
            {
                string?[] ids = [.. parts.Select(part => SpdxExpression.Normalize(part) ?? Single(part))];
                if (ids.All(id => id is not null))
                {
                    return choice ? SpdxExpression.Or(ids!) : SpdxExpression.And(ids!);
                }
            }
        }

        return null;
    }

    /// <summary>The licence of a text that only says where the text of a known one is; null where it says more.</summary>
    /// <param name="text">The text.</param>
    public static string? OfPointer(ReadOnlySpan<byte> text)
    {
        const int MaxPointer = 400;
        return text.Length <= MaxPointer && Pointer().Match(Encoding.UTF8.GetString(text)) is { Success: true } match
            ? ToSpdx(match.Groups["name"].Value)
            : null;
    }

    [GeneratedRegex(
        @"^\s*(?:a|the)\s+(?:full\s+|complete\s+)?(?:copy|text)\s+of\s+the\s+(?<name>[\w.+ -]{1,60}?\s+licen[cs]e)\s+(?:can|may)\s+be\s+"
        + @"(?:found|obtained|viewed|read)\s*(?:here|at|on|in)?\s*:?\s*<?(?:https?://|/)\S+\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pointer();

    private static string? Single(string name)
    {
        string key = Key(name);
        return Aliases.GetValueOrDefault(key) ?? SpdxNames.GetValueOrDefault(key) ?? Gnu(key);
    }

    /// <summary>The GNU family: "gplv3+", "gnu lesser general public version 2.1 or later", "agpl 3".</summary>
    private static string? Gnu(string key)
    {
        Match match = GnuName().Match(key);
        if (!match.Success)
        {
            return null;
        }

        string kind = match.Groups["kind"].Value;
        string family = kind.Contains("affero", StringComparison.Ordinal) || kind.StartsWith("agpl", StringComparison.Ordinal) ? "AGPL"
            : kind.Contains("lesser", StringComparison.Ordinal)
                || kind.Contains("library", StringComparison.Ordinal)
                || kind.StartsWith("lgpl", StringComparison.Ordinal) ? "LGPL"
            : kind.Contains("documentation", StringComparison.Ordinal)
                || kind.StartsWith("gfdl", StringComparison.Ordinal)
                || kind.StartsWith("fdl", StringComparison.Ordinal) ? "GFDL"
            : "GPL";
        string version = match.Groups["version"].Value;
        version = version.Length == 0 ? family switch { "LGPL" => "2.0", "AGPL" => "3.0", "GFDL" => "1.1", _ => "1.0" }
            : version.Contains('.') ? version : version + ".0";
        bool later = match.Groups["later"].Success || match.Groups["version"].Length == 0;
        return SpdxLicenses.Find($"{family}-{version}-{(later ? "or-later" : "only")}");
    }

    private static Dictionary<string, string> BuildNames()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string id, _, string name) in SpdxLicenses.All.Where(license => !license.Id.EndsWith('+')))
        {
            names.TryAdd(Key(name), id);
            names.TryAdd(Key(id), id);
        }

        return names;
    }

    private static string Key(string name)
    {
        var key = new StringBuilder();
        foreach (Match word in Word().Matches(name.ToLowerInvariant()))
        {
            if (!Fillers.Contains(word.Value))
            {
                key.Append(key.Length > 0 ? " " : "").Append(word.Value);
            }
        }

        return key.ToString();
    }

    [GeneratedRegex(@"[a-z0-9]+(?:\.[0-9]+)*\+?", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(
        @"^(?:gnu )?(?<kind>agpl|lgpl|gfdl|fdl|gpl|affero general public|affero gpl|lesser general public|library general public"
        + @"|library or lesser general public|lesser gpl|free documentation|general public)(?: (?:agpl|lgpl|gpl|gfdl))?"
        + @"[ ]?(?:version |ver |v)?\.?(?<version>[0-9](?:\.[0-9])?)?(?:\.0)?"
        + @"(?<later>\+| \+| plus| or later| or newer| or greater| or above| or any later| or any later version| and later"
        + @"| or later version| or later .?gpl.*)?"
        + @"(?: only| (?:a|l)?gplv?[0-9.]*(?<later>\+)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex GnuName();

    [GeneratedRegex(@"\s+or\s+|\s*\|+\s*|/", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Or();

    [GeneratedRegex(@"\s+and\s+|\s*[&,;]\s*|\s*\+\s+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex And();
}
