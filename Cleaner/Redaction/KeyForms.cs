namespace DataForge.Cleaner.Redaction;

/// <summary>All forms of keys that are known.</summary>
internal static class KeyForms
{
    private static readonly List<KeyForm> All = Read();

    /// <summary>The forms that begin with something fixed, by its first byte.</summary>
    public static KeyForm[][] ByFirst { get; } =
        [.. Enumerable.Range(0, 256).Select(first => All.Where(form => form.Prefix.Length > 0 && form.Prefix[0] == first).ToArray())];

    /// <summary>The forms that begin with random characters.</summary>
    public static KeyForm[] Others { get; } = [.. All.Where(form => form.Prefix.Length == 0)];

    private static List<KeyForm> Read()
    {
        using Stream stream = typeof(KeyForms).Assembly.GetManifestResourceStream("key-forms.tsv")!;
        using var reader = new StreamReader(stream);
        List<KeyForm> forms = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                forms.Add(new KeyForm(line.Split('\t')[1]));
            }
        }

        return forms;
    }
}
