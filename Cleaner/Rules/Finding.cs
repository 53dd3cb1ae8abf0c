using System.Globalization;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// Why a file is dropped: a row of <c>dropped/</c> has these three as its columns <c>rule</c>, <c>value</c> and <c>threshold</c>.
/// </summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Value">What the rule measured, as text.</param>
/// <param name="Threshold">What the rule compared it with, as text; empty for a rule without a threshold.</param>
internal readonly record struct Finding(string Rule, string Value, string Threshold)
{
    // Long enough for any reason that people read, short enough for a row: conflicting licences may be named by the hundred.
    private const int MaxValue = 300;

    /// <summary>A finding of two numbers.</summary>
    public static Finding Of(string rule, double value, double threshold) => new(rule, Number(value), Number(threshold));

    /// <summary>The one text form of a number in rows and explanations: at most six decimals, invariant culture.</summary>
    public static string Number(double value) => Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>A value, cut to a length that fits a row.</summary>
    public static string Cut(string value) => value.Length > MaxValue ? value[..MaxValue] + "…" : value;
}
