using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>
/// Compares the expression that a reader expects with the one found: "only" and "or later" are not told apart, and what a reader names
/// <c>LicenseRef-…</c>, since SPDX has no id for it, is found as an unknown licence.
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
        return Parts(NoId().Replace(stated, "LicenseRef-unknown")).SetEquals(Parts(found));
    }

    private static HashSet<string> Parts(string expression) =>
    [
        .. Version().Replace(expression, "").Split(" AND ").Select(part => string.Join(" OR ", part.Split(" OR ").Order(StringComparer.Ordinal))),
    ];

    [GeneratedRegex(@"\(this version: (?<said>[^)]*)\)")]
    private static partial Regex ThisVersion();

    [GeneratedRegex(@" \([^)]*\)")]
    private static partial Regex Remark();

    [GeneratedRegex(@"LicenseRef-(?!public-domain|BSD\b)[A-Za-z0-9.-]+")]
    private static partial Regex NoId();

    [GeneratedRegex(@"-only|-or-later|[+()]")]
    private static partial Regex Version();
}
