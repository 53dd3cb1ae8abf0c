using System.Text;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Words beside a licence that grant and restrict nothing, and other ways of writing the same text.</summary>
internal static class HarmlessWords
{
    private static readonly string[] Holders =
        ["Jane Doe", "The Frobnicate Authors", "Example Institute of Technology", "Acme, Inc.", "M. Müller <mm@example.org>", "Ł. Nowak"];

    /// <summary>A title for a licence file.</summary>
    public static string Title(Random random, string id) => NearMissWords.Any(random, "License", "LICENSE", "# License", "Software License",
        "License\n=======", "License Agreement", GeneratorTexts.NameOf(id), $"{NearMissWords.Project(random)} license",
        $"License of {NearMissWords.Project(random)}", "-----------------\nLicensing terms\n-----------------", "## License and copyright",
        "***** LICENSE *****", "Licence", "COPYRIGHT AND LICENSE");

    /// <summary>One to three lines of copyright.</summary>
    public static string Copyright(Random random)
    {
        var lines = new List<string>();
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int year = random.Next(1996, 2026);
            string holder = NearMissWords.Any(random, Holders);
            lines.Add(NearMissWords.Any(random, $"Copyright (c) {year} {holder}",
                $"Copyright © {year}-{year + 3}, {holder}. All rights reserved.",
                $"(C) {year} by {holder}", $"Copyright {year} {holder} and contributors", $"Portions copyright (C) {year} {holder}",
                $"SPDX-FileCopyrightText: {year} {holder}", $"Copyright (c) {year}, {year + 2}, {holder}.  All rights reserved."));
        }

        return string.Join('\n', lines);
    }

    /// <summary>A sentence of credit, of contact, or about the text that follows or precedes.</summary>
    public static string Prose(Random random) => NearMissWords.Any(random, "See the file AUTHORS for a list of all contributors.",
        "This license applies to all files of this repository unless otherwise noted.", "The full text of the license follows.",
        "Questions about this license can be sent to legal@example.org.",
        "Originally written by Jane Doe; now maintained by the community.",
        "Version 1.4.2, released on 12 March 2021.", "Home page: https://example.org/frobnicate",
        "Development was supported by the Example Science Foundation under grant 12345.",
        "Authors:\n\n  * Jane Doe\n  * John Smith <john@example.org>", "This is the license of the program and its libraries.",
        "We thank everybody who reported bugs.", "The project moved to a new host in 2019.", "This file was last changed in May 2020.",
        "If you use this software in your research, we would be glad about a citation.");

    /// <summary>Words between the licences of two parts of a program.</summary>
    public static string Between(Random random) => NearMissWords.Any(random,
        "Parts of this software are derived from {0}, which is licensed as follows:", "This software also contains code of {0}:",
        "The following license applies to the parts that come from {0}.", "Patches by the authors of {0} are licensed as:",
        "-----------------------------------------------------------------\n\nLicense of {0}, from which some functions were taken:",
        "This product includes software of {0}, under this license:", "* * *", "=====================================================",
        "Contributions since version 2.0 are under the following license:").Replace("{0}", NearMissWords.Project(random));

    /// <summary>The same words on other lines, with other blanks.</summary>
    public static string Wrap(Random random, string text)
    {
        int width = random.Next(4) == 0 ? int.MaxValue : random.Next(50, 130);
        string margin = new(' ', random.Next(3) == 0 ? random.Next(1, 9) : 0);
        var written = new StringBuilder();
        foreach (string paragraph in text.Trim().Split("\n\n"))
        {
            int column = 0;
            foreach (string word in paragraph.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                bool isNew = column == 0 || column + word.Length >= width;
                written.Append(column == 0 ? margin : isNew ? "\n" + margin : " ").Append(word);
                column = isNew ? word.Length : column + word.Length + 1;
            }

            written.Append("\n\n");
        }

        return random.Next(4) == 0 ? written.ToString().Replace("\n", "\r\n") : written.ToString();
    }

    /// <summary>The text as a comment of some language, or as a quotation.</summary>
    public static string Mark(Random random, string text)
    {
        string mark = NearMissWords.Any(random, "# ", "## ", "// ", ";; ", "-- ", " * ", "> ", "% ", "\t", "dnl ");
        string marked = string.Join('\n', text.TrimEnd().Split('\n').Select(line => mark + line)) + "\n";
        return mark == " * " ? $"/*\n{marked} */\n" : marked;
    }

    /// <summary>Other signs for the same words.</summary>
    public static string Respell(Random random, string text) => random.Next(8) switch
    {
        0 => text.Replace("\"", random.Next(2) == 0 ? "''" : "“").Replace(" - ", " – "),
        1 => text.Replace("(c)", "©", StringComparison.OrdinalIgnoreCase),
        2 => text.ToUpperInvariant(),
        3 => text.ToLowerInvariant(),
        4 => text.Replace("license", "licence").Replace("License", "Licence"),
        5 => text.Replace("1.", "a)").Replace("2.", "b)").Replace("3.", "c)"),
        6 => $"<p>{text.Trim().Replace("<", "&lt;").Replace(">", "&gt;").Replace("\n\n", "</p>\n\n<p>")}</p>\n",
        _ => text.Replace("* ", "- ").Replace("\n\n", "\n\n\n"),
    };
}
