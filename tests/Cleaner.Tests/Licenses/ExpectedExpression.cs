using System.Text.RegularExpressions;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>
/// Compares the expression that a reader expects with the one found: "only" and "or later" are not told apart, and a licence for which SPDX
/// has no id (the reader writes <c>LicenseRef-…</c>, or its plain name) is found as an unknown licence.
/// </summary>
internal static partial class ExpectedExpression
{
    /// <summary>Whether they say the same.</summary>
    /// <param name="expected">What a reader wrote, with remarks in brackets.</param>
    /// <param name="found">The expression found; empty for none.</param>
    public static bool IsSame(string expected, string found)
    {
        if (expected == "none")
        {
            return found.Length == 0;
        }

        // A remark says what the version at hand has; "MIT outside ee/" and "MIT (.py), GPL" begin with what the Python file has.
        string stated = ThisVersion().Match(expected) is { Success: true } match
            ? match.Groups["said"].Value
            : Remark().Replace(expected, "").Split(" outside ")[0].Split(',')[0];
        return Parts(stated).Select(WithIds).ToHashSet(StringComparer.Ordinal).SetEquals(Parts(found));
    }

    private static string WithIds(string part) => string.Join(" OR ", part.Split(" OR ").Select(IdOf).Order(StringComparer.Ordinal));

    // The two names that the product has for what SPDX does not list, and the ids of SPDX's list, are themselves.
    private static string IdOf(string name) =>
        name is SpdxLicenses.PublicDomain or SpdxLicenses.Bsd || SpdxLicenses.All.Any(license => Version().Replace(license.Id, "") == name)
            ? name
            : SpdxLicenses.Unknown;

    private static HashSet<string> Parts(string expression) =>
    [
        .. Version().Replace(expression, "").Split(" AND ").Select(part => string.Join(" OR ", part.Split(" OR ").Order(StringComparer.Ordinal))),
    ];

    [GeneratedRegex(@"\(this version: (?<said>[^)]*)\)")]
    private static partial Regex ThisVersion();

    [GeneratedRegex(@" \([^)]*\)")]
    private static partial Regex Remark();

    [GeneratedRegex(@"-only|-or-later|[+()]")]
    private static partial Regex Version();
}
