namespace DataForge.Cleaner.Redaction;

/// <summary>All forms of keys that are known.</summary>
internal static class KeyForms
{
    private static readonly List<KeyForm> All = Read();

    private static readonly KeyForm[]?[] ByTwo = Group();
    private static readonly ulong[] FirstPairs = Pairs(0);
    private static readonly ulong[] SecondPairs = Pairs(1);

    /// <summary>The forms that begin with random characters.</summary>
    public static KeyForm[] Others { get; } = [.. All.Where(form => form.Prefix.Length == 0)];

    /// <summary>The forms that a key may have that begins here: those that begin with the same two bytes, or none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the key begins.</param>
    public static ReadOnlySpan<KeyForm> At(ReadOnlySpan<byte> text, int at)
    {
        int first = text[at];
        int second = at + 1 < text.Length ? text[at + 1] : 0;
        int third = at + 2 < text.Length ? text[at + 2] & 0x7F : 0;
        int pair = (first << 7) | second;
        return ((first | second) & 0x80) == 0 && IsSet(FirstPairs, pair) && IsSet(SecondPairs, (second << 7) | third) ? ByTwo[pair] : [];
    }

    private static bool IsSet(ulong[] bits, int index) => (bits[index >> 6] >> index & 1) != 0;

    // The pairs of the first two bytes, or of the second and the third, that a form begins with. Most words have none of them, and the
    // two sets take 4 KiB, the table of the forms 128.
    private static ulong[] Pairs(int offset)
    {
        ulong[] bits = new ulong[1 << 8];
        foreach (byte[] prefix in All.Select(form => form.Prefix).Where(prefix => prefix.Length > 1))
        {
            for (int next = 0; next < 1 << 7; next++)
            {
                if (prefix.Length <= offset + 1 || prefix[offset + 1] == next)
                {
                    int pair = (prefix[offset] << 7) | next;
                    bits[pair >> 6] |= 1UL << pair;
                }
            }
        }

        return bits;
    }

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
