using System.Text.RegularExpressions;

namespace DataForge.Testing;

/// <summary>
/// The blocks of shell commands in README, CONTRIBUTING and docs. Each has a comment on the line before it that says whether it runs:
/// <c>runs: offline</c> (in seconds), <c>runs: minutes</c>, or <c>does not run: WHY</c>. A comment <c>prints: TEXT</c> before that says
/// what its output contains.
/// </summary>
/// <param name="Page">The page, relative to the project.</param>
/// <param name="Line">The line of the block's first command.</param>
/// <param name="Marker">What the comment before it says; null where there is none.</param>
/// <param name="Prints">What its output contains.</param>
/// <param name="Commands">Its lines.</param>
public sealed partial record ShellBlock(string Page, int Line, string? Marker, IReadOnlyList<string> Prints, IReadOnlyList<string> Commands)
{
    /// <summary>All pages of the project.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        "README.md", "CONTRIBUTING.md",
        .. Directory.EnumerateFiles(Path.Combine(SharedFiles.ProjectRoot, "docs"), "*.md").Order(StringComparer.Ordinal)
            .Select(path => "docs/" + Path.GetFileName(path)),
    ];

    /// <summary>The blocks of a page, in order.</summary>
    public static IReadOnlyList<ShellBlock> Of(string page)
    {
        List<ShellBlock> blocks = [];
        List<string> comments = [];
        string[] lines = File.ReadAllLines(Path.Combine(SharedFiles.ProjectRoot, page));
        for (int i = 0; i < lines.Length; i++)
        {
            if (Comment().Match(lines[i]) is { Success: true } comment)
            {
                comments.Add(comment.Groups[1].Value);
                continue;
            }

            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                int end = Array.FindIndex(lines, i + 1, line => line.StartsWith("```", StringComparison.Ordinal));
                if (lines[i] is "```sh")
                {
                    string? marker = comments.FindLast(text => text.StartsWith("runs: ", StringComparison.Ordinal)
                        || text.StartsWith("does not run: ", StringComparison.Ordinal));
                    string[] prints = [.. comments.Where(text => text.StartsWith("prints: ", StringComparison.Ordinal)).Select(text => text[8..])];
                    blocks.Add(new ShellBlock(page, i + 2, marker, prints, Joined(lines[(i + 1)..end])));
                }

                i = end;
            }

            comments.Clear();
        }

        return blocks;
    }

    /// <summary>The words of a command line up to a redirection, a pipe or a comment, without variables set before it.</summary>
    public static IReadOnlyList<string> Words(string command)
    {
        List<string> words = [];
        foreach (Match match in Word().Matches(command))
        {
            string word = match.Value;
            if (word[0] == '#' || word is ">" or "|" or "&" or ">>" or "<")
            {
                break;
            }

            if (words.Count > 0 || !Assignment().IsMatch(word))
            {
                words.Add(Quotes().Replace(word, "$1$2"));
            }
        }

        return words;
    }

    // Lines that end with a backslash go on in the next.
    private static List<string> Joined(string[] lines)
    {
        List<string> commands = [];
        string open = "";
        foreach (string line in lines)
        {
            open += line;
            if (open.EndsWith('\\'))
            {
                open = open[..^1];
            }
            else
            {
                commands.Add(open);
                open = "";
            }
        }

        return commands;
    }

    [GeneratedRegex("^<!-- ((?:runs|does not run|prints): .*) -->$")]
    private static partial Regex Comment();

    [GeneratedRegex("""(?:[^\s'"]|'[^']*'|"[^"]*")+""")]
    private static partial Regex Word();

    [GeneratedRegex("^[A-Z_]+=")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"'([^']*)'|""([^""]*)""")]
    private static partial Regex Quotes();
}
