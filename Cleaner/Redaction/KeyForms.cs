namespace DataForge.Cleaner.Redaction;

/// <summary>All forms of keys that are known.</summary>
internal static class KeyForms
{
    private static readonly List<KeyForm> All = Read();

    private static readonly KeyForm[]?[] ByTwo = Group();

    /// <summary>The forms that begin with random characters.</summary>
    public static KeyForm[] Others { get; } = [.. All.Where(form => form.Prefix.Length == 0)];

    /// <summary>The forms whose fixed beginning has these first two bytes.</summary>
    /// <param name="first">The first byte.</param>
    /// <param name="second">The second byte.</param>
    public static ReadOnlySpan<KeyForm> Beginning(byte first, byte second) =>
        ((first | second) & 0x80) != 0 ? [] : ByTwo[first << 7 | second];

    private static KeyForm[]?[] Group()
    {
        var groups = new KeyForm[]?[1 << 14];
        foreach (IGrouping<int, KeyForm> group in All.Where(form => form.Prefix.Length > 1)
            .GroupBy(form => form.Prefix[0] << 7 | form.Prefix[1]))
        {
            groups[group.Key] = [.. group];
        }

        return groups;
    }

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
