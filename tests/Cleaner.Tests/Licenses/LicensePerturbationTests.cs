using System.Text;
using System.Text.RegularExpressions;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Licence texts as they are found in the wild: another title and holder, rewrapped, indented, in comments, with other bullets.</summary>
public partial class LicensePerturbationTests
{
    private static readonly string[] Markers = ["# ", "// ", " * ", ";; ", "-- ", "dnl ", "> ", "   "];
    private static readonly string[] Bullets = ["*", "-", "o", "(a)", "a)", "1)", "(i)", "•"];

    [Fact]
    public void OfLicenseFile_perturbedSpdxText_findsSameLicense()
    {
        var matcher = new LicenseTextMatcher();
        var words = new LicenseWords();
        var wrong = new List<string>();
        int count = 0;
        int at = 0;
        foreach ((string[] ids, byte[] bytes) in LicenseTemplates.ReadTexts())
        {
            string text = Encoding.UTF8.GetString(bytes);
            words.Read(bytes);
            HashSet<string> plain = [.. matcher.Find(words.Hashes).Select(match => match.Template.Id)];
            for (int round = 0; round < 4; round++, at++)
            {
                byte[] changed = Encoding.UTF8.GetBytes(Perturb(text, at, round));
                words.Read(changed);
                List<LicenseMatch> found = matcher.Find(words.Hashes);
                count++;
                if (!found.Exists(match => match.Template.Ids.Contains(ids[0]) || plain.Contains(match.Template.Id)))
                {
                    wrong.Add($"{ids[0]} round {round}: {string.Join(", ", found.Select(match => $"{match.Template.Id} {match.Similarity:F3}"))}");
                }
            }
        }

        Assert.True(wrong.Count <= 0.01 * count, $"{wrong.Count} of {count}:\n" + string.Join('\n', wrong));
        TestContext.Current.TestOutputHelper?.WriteLine($"{wrong.Count} of {count} perturbed texts not found: {string.Join("; ", wrong)}");
    }

    private static string Perturb(string text, int seed, int round)
    {
        string[] paragraphs = BlankLines().Split(text.Replace("\r\n", "\n"));
        var changed = new StringBuilder();
        changed.Append(round % 2 == 0 ? "Licence of the Frobnicator project\n\n" : "");
        changed.Append("Copyright (c) 1999-2024, The Frobnicator Authors <frob@example.org>\nCopyright 2023 Somebody Else. All rights reserved.\n\n");
        foreach (string paragraph in paragraphs)
        {
            string body = Bullet().Replace(paragraph, match => $"{match.Groups[1].Value}{Bullets[seed % Bullets.Length]} ");
            if (body.Trim().Length < 120 && CopyrightStart().IsMatch(body.TrimStart()))
            {
                continue;
            }

            changed.Append(round >= 2 ? WrapItems(body, 40 + (seed % 50)) : body).Append("\n\n");
        }

        string marker = Markers[seed % Markers.Length];
        return round % 2 == 1 ? string.Join('\n', changed.ToString().Split('\n').Select(line => marker + line)) : changed.ToString();
    }

    // Each item of a list and each copyright line is a line of its own, whatever the width.
    private static string WrapItems(string paragraph, int width)
    {
        var items = new List<string>();
        bool isCopyright = false;
        foreach (string line in paragraph.Split('\n'))
        {
            bool isItem = Bullets.Any(bullet => line.TrimStart().StartsWith(bullet + " ", StringComparison.Ordinal));
            bool wasCopyright = isCopyright;
            isCopyright = CopyrightStart().IsMatch(line.TrimStart());
            if (items.Count == 0 || isItem || isCopyright || wasCopyright)
            {
                items.Add(line);
            }
            else
            {
                items[^1] += " " + line;
            }
        }

        return string.Join('\n', items.Select(item => Wrap(item, width)));
    }

    private static string Wrap(string text, int width)
    {
        var wrapped = new StringBuilder();
        int column = 0;
        foreach (string word in text.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > 0 && column + word.Length > width)
            {
                wrapped.Append('\n');
                column = 0;
            }

            wrapped.Append(column > 0 ? " " : "").Append(word);
            column += word.Length + 1;
        }

        return wrapped.ToString();
    }

    [GeneratedRegex(@"\n[ \t]*\n")]
    private static partial Regex BlankLines();

    [GeneratedRegex(@"^([ \t]*)(?:\(?[0-9a-zA-Z]{1,2}[.)]|[*-])[ \t]+", RegexOptions.Multiline)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"^copyright ?\(?\b[^\n]*$", RegexOptions.IgnoreCase)]
    private static partial Regex CopyrightStart();
}
