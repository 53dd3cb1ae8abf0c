using System.Text;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// What packaging metadata says about a package's licence: METADATA and PKG-INFO
/// (https://packaging.python.org/en/latest/specifications/core-metadata/), <c>pyproject.toml</c> (PEP 621 and 639, Poetry),
/// <c>setup.cfg</c>, <c>setup.py</c>. An expression takes precedence over the licence field, and the field
/// over the classifiers.
/// </summary>
internal static partial class PackageMetadata
{
    private const int MaxText = 1 << 20;

    // Classifiers (https://pypi.org/classifiers/) whose last part is not the name of a licence.
    private static readonly Dictionary<string, string> Classifiers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BSD License"] = SpdxLicenses.Bsd, ["Public Domain"] = SpdxLicenses.PublicDomain,
        ["Python License (CNRI Python License)"] = "CNRI-Python", ["GNU General Public License (GPL)"] = "GPL-1.0-or-later",
        ["GNU Library or Lesser General Public License (LGPL)"] = "LGPL-2.0-or-later",
        ["GNU Affero General Public License v3"] = "AGPL-3.0-only",
        ["GNU Affero General Public License v3 or later (AGPLv3+)"] = "AGPL-3.0-or-later",
        ["GNU General Public License v2 (GPLv2)"] = "GPL-2.0-only",
        ["GNU General Public License v2 or later (GPLv2+)"] = "GPL-2.0-or-later",
        ["GNU General Public License v3 (GPLv3)"] = "GPL-3.0-only",
        ["GNU General Public License v3 or later (GPLv3+)"] = "GPL-3.0-or-later",
        ["GNU Lesser General Public License v2 (LGPLv2)"] = "LGPL-2.0-only",
        ["GNU Lesser General Public License v2 or later (LGPLv2+)"] = "LGPL-2.0-or-later",
        ["GNU Lesser General Public License v3 (LGPLv3)"] = "LGPL-3.0-only",
        ["GNU Lesser General Public License v3 or later (LGPLv3+)"] = "LGPL-3.0-or-later",
        ["GNU Free Documentation License (FDL)"] = "GFDL-1.1-or-later", ["Free for non-commercial use"] = SpdxLicenses.Unknown,
        ["Other/Proprietary License"] = SpdxLicenses.Unknown, ["Free For Educational Use"] = SpdxLicenses.Unknown,
        ["Free For Home Use"] = SpdxLicenses.Unknown, ["Free To Use But Restricted"] = SpdxLicenses.Unknown,
        ["Freely Distributable"] = SpdxLicenses.Unknown, ["Freeware"] = SpdxLicenses.Unknown, ["OSI Approved"] = "", ["DFSG approved"] = "",
        ["CC0 1.0 Universal (CC0 1.0) Public Domain Dedication"] = "CC0-1.0",
    };

    /// <summary>The licence that METADATA or PKG-INFO gives; empty where it gives none.</summary>
    public static string OfCoreMetadata(ReadOnlySpan<byte> text, LicenseDetector detector)
    {
        string plain = Decode(text);
        int body = BlankLine().Match(plain) is { Success: true } blank ? blank.Index : plain.Length;
        string header = plain[..body];
        if (ExpressionField().Match(header) is { Success: true } expression)
        {
            return LicenseNames.ToSpdx(expression.Groups["value"].Value) ?? SpdxLicenses.Unknown;
        }

        string field = LicenseField().Match(header) is { Success: true } license ? license.Groups["value"].Value.Trim() : "";
        return Resolve(field, ClassifierLine().Matches(header).Select(match => match.Groups["value"].Value), detector);
    }

    /// <summary>The licence that <c>pyproject.toml</c> gives; empty where it gives none.</summary>
    public static string OfPyProject(ReadOnlySpan<byte> text, LicenseDetector detector)
    {
        string plain = Decode(text);
        string field = TomlLicense().Match(plain) is { Success: true } license ? license.Groups["value"].Value : "";
        return Resolve(field, QuotedClassifier().Matches(plain).Select(match => match.Groups["value"].Value), detector);
    }

    /// <summary>The licence that <c>setup.cfg</c> gives; empty where it gives none.</summary>
    public static string OfSetupCfg(ReadOnlySpan<byte> text, LicenseDetector detector)
    {
        string plain = Decode(text);
        string field = CfgLicense().Match(plain) is { Success: true } license ? license.Groups["value"].Value : "";
        return Resolve(field, CfgClassifier().Matches(plain).Select(match => match.Groups["value"].Value), detector);
    }

    /// <summary>The licence that <c>setup.py</c> gives by a literal; empty where it gives none.</summary>
    public static string OfSetupPy(ReadOnlySpan<byte> text, LicenseDetector detector)
    {
        string plain = Decode(text);
        string field = PythonLicense().Match(plain) is { Success: true } license ? license.Groups["value"].Value : "";
        return Resolve(field, QuotedClassifier().Matches(plain).Select(match => match.Groups["value"].Value), detector);
    }

    private static string Resolve(string field, IEnumerable<string> classifiers, LicenseDetector detector)
    {
        field = field.Trim();
        bool isEmpty = field.Length == 0
            || field.Equals("UNKNOWN", StringComparison.OrdinalIgnoreCase)
            || field.StartsWith("see ", StringComparison.OrdinalIgnoreCase)
            || field.Equals("None", StringComparison.OrdinalIgnoreCase)
            || (field.Contains("LICENSE", StringComparison.Ordinal) && field.Length < 20);
        string named = isEmpty ? "" : LicenseNames.ToSpdx(field) ?? OfFreeText(field, detector);
        List<string> classes = [.. classifiers.Select(OfClassifier).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal)];
        string classified = classes.Count == 0 ? "" : SpdxExpression.And(classes);
        if (named.Length == 0 || classified.Length == 0)
        {
            return named.Length > 0 ? named : classified;
        }

        // "BSD" beside the classifier "MIT": they must agree. A vague field ("BSD", "GPL") is not made precise by a classifier.
        if (named == SpdxLicenses.Unknown)
        {
            return SpdxExpression.IsPermissive(classified) && field.Length > 40
                ? SpdxLicenses.Unknown
                : classified;
        }

        return SpdxExpression.ClassOf(named) >= SpdxExpression.ClassOf(classified) || named.Contains(" OR ", StringComparison.Ordinal)
            ? named
            : SpdxExpression.And([named, classified]);
    }

    private static string OfFreeText(string field, LicenseDetector detector)
    {
        string found = detector.OfLicenseFile(Encoding.UTF8.GetBytes(field)).Expression;
        return found.Length > 0 ? found : SpdxLicenses.Unknown;
    }

    private static string OfClassifier(string classifier)
    {
        string name = classifier.Split("::")[^1].Trim();
        return Classifiers.GetValueOrDefault(name) ?? LicenseNames.ToSpdx(name) ?? OfParenthesis(name);
    }

    // "Zope Public License (ZPL 2.1)", "MIT License (Expat)": the name in parentheses, or the one before them.
    private static string OfParenthesis(string name)
    {
        int open = name.IndexOf('(');
        return open <= 0 ? SpdxLicenses.Unknown
            : LicenseNames.ToSpdx(name[(open + 1)..].TrimEnd(')')) ?? LicenseNames.ToSpdx(name[..open]) ?? SpdxLicenses.Unknown;
    }

    private static string Decode(ReadOnlySpan<byte> text) =>
        Encoding.UTF8.GetString(text.Length > MaxText ? text[..MaxText] : text).Replace("\r\n", "\n").Replace('\r', '\n');

    [GeneratedRegex(@"\n[ \t]*\n(?![ \t])", RegexOptions.CultureInvariant)]
    private static partial Regex BlankLine();

    [GeneratedRegex(
        @"^License-Expression:[ \t]*(?<value>[^\n]+)", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ExpressionField();

    [GeneratedRegex(
        @"^License:[ \t]*(?<value>[^\n]*(?:\n[ \t]+[^\n]*)*)",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LicenseField();

    [GeneratedRegex(
        @"^Classifier:[ \t]*License ::[ \t]*(?<value>[^\n]+)",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ClassifierLine();

    [GeneratedRegex(@"[""']License ::[ \t]*(?<value>[^""'\n]+)[""']", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedClassifier();

    [GeneratedRegex(
        @"^license[ \t]*=[ \t]*(?:\{[^}\n]*?\btext[ \t]*=[ \t]*)?(?:""""""(?<value>.{1,20000}?)""""""|""(?<value>[^""\n]*)"""
        + @"|'(?<value>[^'\n]*)')",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex TomlLicense();

    [GeneratedRegex(
        @"^[ \t]*license[ \t]*[=:][ \t]*(?<value>[^\n#]*)",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CfgLicense();

    [GeneratedRegex(
        @"^[ \t]*(?:classifiers?[ \t]*=[ \t]*)?License ::[ \t]*(?<value>[^\n]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CfgClassifier();

    [GeneratedRegex(@"\blicen[cs]e[ \t]*=[ \t]*[urbURB]{0,2}(?:""(?<value>[^""\n]+)""|'(?<value>[^'\n]+)')", RegexOptions.CultureInvariant)]
    private static partial Regex PythonLicense();
}
