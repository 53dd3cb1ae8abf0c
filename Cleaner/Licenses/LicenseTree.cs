using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// The licences of paths that a text lists as a tree, as MicroPython's LICENSE does
/// (https://github.com/micropython/micropython/blob/master/LICENSE): a line for each path, deeper ones indented, the licence behind it in
/// brackets.
/// </summary>
/// <param name="Start">Where the tree begins in the text, with the sentences that introduce it.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Paths">The paths that have a licence beside them, in order.</param>
internal readonly partial record struct LicenseTree(int Start, int End, IReadOnlyList<FilesParagraph> Paths)
{
    private const int FewestLines = 3;
    private const int MostLines = 500;

    /// <summary>The first tree of a text; null where it has none.</summary>
    /// <param name="text">The text, one character a byte.</param>
    public static LicenseTree? Find(string text)
    {
        // Most texts have none, and the expression would try each of their lines.
        if (!text.Contains("\n    /", StringComparison.Ordinal) || Line().Match(text) is not { Success: true } first)
        {
            return null;
        }

        var paths = new List<FilesParagraph>();
        var open = new Stack<(int Indent, string Path)>();
        int lines = 0;
        int end = first.Index;
        for (Match line = first; line.Success && line.Index == end && lines < MostLines; line = line.NextMatch(), lines++)
        {
            int indent = line.Groups["indent"].Length;
            while (open.Count > 0 && open.Peek().Indent >= indent)
            {
                open.Pop();
            }

            string name = line.Groups["name"].Value;
            string above = open.Count > 0 ? open.Peek().Path : "";
            string path = above.Length > 0 && name.Length > 0 ? $"{above}/{name}" : above + name;
            open.Push((indent, path));
            if (path.Length > 0 && line.Groups["license"].Success)
            {
                paths.Add(new FilesParagraph([path, path + "/*"], LicenseOf(line.Groups["license"].Value)));
            }

            end = line.Index + line.Length;
        }

        return lines < FewestLines ? null : new LicenseTree(StartOfIntroduction(text, first.Index), end, paths);
    }

    private static string LicenseOf(string name) =>
        SpdxExpression.And(
            name.Split('+', StringSplitOptions.TrimEntries).Select(part => LicenseNames.ToSpdx(part) ?? SpdxLicenses.Unknown));

    // The sentences in front of the tree that announce it speak of what it lists, and of nothing else.
    private static int StartOfIntroduction(string text, int tree)
    {
        List<(int Start, int End)> parts = TextParts.Of(text[..tree]);
        int start = tree;
        for (int i = parts.Count - 1; i >= 0 && Introduction().IsMatch(text[parts[i].Start..parts[i].End]); i--)
        {
            start = parts[i].Start;
        }

        return start;
    }

    [GeneratedRegex(
        @"(?<=^|\n)(?<indent>[ \t]*)/(?<name>[^\s()]*)(?:[ \t]*\((?<license>[^()\r\n]+)\))?[ \t]*\r?(?:\n|$)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex(
        @"\b(?:listed\s+below|(?:in\s+)?the\s+tree\s+below|third-party\s+software\s+that\s+is\s+licensed\s+under\s+different\s+terms)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Introduction();
}
