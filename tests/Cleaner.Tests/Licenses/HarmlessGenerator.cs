using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>
/// Licence texts changed in ways that a reader passes over: other titles and copyright lines, copies, another order, prose between, other
/// lines and comment marks. Made without knowledge of how the detector works.
/// </summary>
internal static class HarmlessGenerator
{
    private const int LongestHeader = 6000;

    private static readonly (string Name, Func<Random, (string Id, string Text), string> Change)[] Changes =
    [
        ("title", (random, license) => $"{HarmlessWords.Title(random, license.Id)}\n\n{license.Text}"),
        ("copyright", (random, license) => $"{HarmlessWords.Copyright(random)}\n\n{license.Text}"),
        ("prose before", (random, license) => $"{HarmlessWords.Prose(random)}\n\n{license.Text}"),
        ("prose after", (random, license) => $"{license.Text}\n{HarmlessWords.Prose(random)}\n"),
        ("copies", Copies),
        ("two licences", TwoLicenses),
        ("wrapping", (random, license) => HarmlessWords.Wrap(random, license.Text)),
        ("marks", (random, license) => HarmlessWords.Mark(random, license.Text)),
        ("spelling", (random, license) => HarmlessWords.Respell(random, license.Text)),
    ];

    private static readonly string[] FileNames =
    [
        "LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING", "LICENCE", "License.rst", "license.txt", "COPYING.txt", "LICENCE.md",
        "MIT-LICENSE", "COPYRIGHT",
    ];

    /// <summary>The case of a number, and the class that it has.</summary>
    public static (GeneratedLicenseCase Case, LicenseClass Expected) Make(int seed, int index)
    {
        var random = new Random((seed * 1_000_003) + index);
        (string Id, string Text) license = random.Next(2) == 0
            ? GeneratorTexts.AnyPermissive(random)
            : GeneratorTexts.Known[random.Next(GeneratorTexts.Known.Length)];
        string text = license.Text;
        List<int> chosen = [index % Changes.Length];
        for (int more = random.Next(3); more > 0; more--)
        {
            int other = random.Next(Changes.Length);
            if (!chosen.Contains(other))
            {
                chosen.Add(other);
            }
        }

        // Marks and wrapping come last, as they do where a person writes them.
        chosen.Sort();
        foreach (int change in chosen)
        {
            text = Changes[change].Change(random, (license.Id, text));
        }

        string kind = string.Join(", ", chosen.Select(change => Changes[change].Name));
        bool isHeader = text.Length <= LongestHeader && random.Next(4) == 0 && !kind.Contains("marks", StringComparison.Ordinal);
        GeneratedLicenseCase made = isHeader
            ? GeneratedLicenseCase.OfHeader(kind + " (header)", license.Id, HeaderOf(random, text), null)
            : GeneratedLicenseCase.OfFile(kind, license.Id, FileNames[random.Next(license.Id == "MIT" ? FileNames.Length : 9)], text);
        return (made, SpdxExpression.ClassOf(license.Id));
    }

    private static string Copies(Random random, (string Id, string Text) license)
    {
        var parts = new List<string>();
        for (int i = random.Next(2, 7); i > 0; i--)
        {
            parts.Add($"{HarmlessWords.Copyright(random)}\n\n{license.Text}");
        }

        return string.Join(random.Next(2) == 0 ? "\n\n" : "\n-------------------------------------\n\n", parts);
    }

    private static string TwoLicenses(Random random, (string Id, string Text) license)
    {
        (_, string other) = GeneratorTexts.AnyPermissive(random);
        if (SpdxExpression.ClassOf(license.Id) is not LicenseClass.Permissive)
        {
            other = license.Text;
        }

        string between = HarmlessWords.Between(random);
        return random.Next(2) == 0 ? $"{license.Text}\n{between}\n\n{other}" : $"{other}\n{between}\n\n{license.Text}";
    }

    private static string HeaderOf(Random random, string text)
    {
        string[] lines = text.TrimEnd().Split('\n');
        string comment = string.Join('\n', lines.Select(line => $"# {line}".TrimEnd())) + "\n";
        return random.Next(3) == 0 && !text.Contains('\\') && !text.Contains("\"\"\"")
            ? $"\"\"\"\n{text}\n\"\"\"\n"
            : random.Next(2) == 0 ? $"#!/usr/bin/env python3\n#\n{comment}" : comment;
    }
}
