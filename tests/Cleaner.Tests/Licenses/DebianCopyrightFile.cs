namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>A licence that a machine-readable copyright file declares, with the text given for it.</summary>
/// <param name="Name">Debian's short name, several of them joined by "and" and "or".</param>
/// <param name="Text">The text or notice that stands for it.</param>
internal sealed record DeclaredLicense(string Name, string Text);

/// <summary>
/// Reads Debian's machine-readable copyright files (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/), for tests only and apart
/// from the reader they are about.
/// </summary>
internal static class DebianCopyrightFile
{
    /// <summary>
    /// What the file's paragraphs about files declare, each licence once; null where the file has another form. A licence whose text is given nowhere is
    /// left out.
    /// </summary>
    public static List<DeclaredLicense>? Read(string file)
    {
        string[] stanzas = file.Replace("\r\n", "\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        if (stanzas.Length == 0 || !stanzas[0].TrimStart('\n').StartsWith("Format:", StringComparison.OrdinalIgnoreCase) || !stanzas[0].Contains("copyright-format", StringComparison.Ordinal))
        {
            return null;
        }

        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var named = new List<string>();
        foreach (string stanza in stanzas)
        {
            if (Field(stanza, "License") is not { } license)
            {
                continue;
            }

            string[] lines = license.Split('\n', 2);
            string name = lines[0].Trim();
            if (lines.Length > 1 && lines[1].Trim().Length > 0)
            {
                texts.TryAdd(name, string.Join('\n', lines[1].Split('\n').Select(line => line.Trim() == "." ? "" : line)));
            }

            if (Field(stanza, "Files") is not null && !named.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                named.Add(name);
            }
        }

        return [.. named.Where(texts.ContainsKey).Select(name => new DeclaredLicense(name, texts[name]))];
    }

    private static string? Field(string stanza, string name)
    {
        string[] lines = stanza.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            {
                int end = i + 1;
                while (end < lines.Length && lines[end].Length > 0 && lines[end][0] is ' ' or '\t')
                {
                    end++;
                }

                return string.Join('\n', [lines[i][(name.Length + 1)..], .. lines[(i + 1)..end]]);
            }
        }

        return null;
    }
}
