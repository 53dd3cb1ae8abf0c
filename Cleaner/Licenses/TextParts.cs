using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>Splits a text into its sentences, list items and headings.</summary>
internal static partial class TextParts
{
    /// <summary>Where each part begins and ends, in order; white space between them belongs to none.</summary>
    /// <param name="text">The text.</param>
    public static List<(int Start, int End)> Of(string text)
    {
        var parts = new List<(int, int)>();
        int start = 0;
        foreach (Match match in Boundary().Matches(text))
        {
            Add(parts, text, start, match.Index + match.Groups["mark"].Length);
            start = match.Index + match.Groups["mark"].Length;
        }

        Add(parts, text, start, text.Length);
        return parts;
    }

    private static void Add(List<(int, int)> parts, string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        if (end > start)
        {
            parts.Add((start, end));
        }
    }

    // A blank line, the beginning of a list item, a line under a heading, or the end of a sentence that no abbreviation has.
    [GeneratedRegex(
        @"\n[ \t\r#*]*\n|\n(?=[ \t]*(?:[-*+]|[0-9]{1,2}[.)])[ \t])|\n(?=[ \t]*(?:={3,}|-{3,}|#))"
        + @"|(?<=[A-Za-z0-9)""'/*][A-Za-z0-9)""'/*])(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bInc)(?<mark>[.;!?]['"")]?)(?=\s)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Boundary();
}
