using System.Globalization;
using System.Text;

namespace DataForge.Cleaner.Text;

/// <summary>The text encodings of CPython by all their names (its module <c>encodings</c>); the list is <c>codecs.tsv</c>.</summary>
internal static class PythonCodecs
{
    // CPython's tokenizer compares no more characters of a name when it looks for UTF-8 and Latin-1 (get_normal_name in tokenizer.c).
    private const int MaxCompared = 12;

    private static readonly Dictionary<string, PythonCodec> Modules = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, PythonCodec> Aliases = new(StringComparer.Ordinal);

    static PythonCodecs()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var reader = new StreamReader(typeof(PythonCodecs).Assembly.GetManifestResourceStream("codecs.tsv")!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                string[] fields = line.Split('\t');
                var codec = new PythonCodec(fields[1], fields[2]);
                Modules.Add(fields[0], codec);
                foreach (string alias in fields[3].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    Aliases[alias] = codec;
                }
            }
        }
    }

    /// <summary>The codec that CPython uses for a source that declares this name; null where CPython refuses it.</summary>
    /// <param name="declared">The name as the source declares it.</param>
    public static PythonCodec? Find(string declared)
    {
        switch (Shorten(declared))
        {
            case "utf-8":
                return Modules["utf_8"];
            case "iso-8859-1":
                return Modules["latin_1"];
        }

        string name = Normalize(declared);
        return Aliases.GetValueOrDefault(name)
            ?? Aliases.GetValueOrDefault(name.Replace('.', '_'))
            ?? Modules.GetValueOrDefault(name);
    }

    /// <summary>Whether CPython takes this name beside the byte order mark of UTF-8: it only compares it with <c>utf-8</c>.</summary>
    /// <param name="declared">The name as the source declares it.</param>
    public static bool AgreesWithMark(string declared) => Shorten(declared) == "utf-8";

    // The tokenizer's own names: "utf-8-unix" is UTF-8, "latin-1-dos" is Latin-1.
    private static string Shorten(string declared)
    {
        string name = declared[..Math.Min(declared.Length, MaxCompared)].ToLowerInvariant().Replace('_', '-');
        foreach ((string family, string known) in
            new[] { ("utf-8", "utf-8"), ("latin-1", "iso-8859-1"), ("iso-8859-1", "iso-8859-1"), ("iso-latin-1", "iso-8859-1") })
        {
            if (name == family || name.StartsWith(family + "-", StringComparison.Ordinal))
            {
                return known;
            }
        }

        return name;
    }

    // encodings.normalize_encoding: other characters than letters, digits and dots become one '_' between them.
    private static string Normalize(string declared)
    {
        var name = new StringBuilder();
        bool isBetween = false;
        foreach (char c in declared)
        {
            if (char.IsAsciiLetterOrDigit(c) || c == '.')
            {
                name.Append(isBetween && name.Length > 0 ? "_" : "").Append(char.ToLower(c, CultureInfo.InvariantCulture));
                isBetween = false;
            }
            else
            {
                isBetween = true;
            }
        }

        return name.ToString();
    }
}
