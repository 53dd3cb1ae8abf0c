namespace DataForge.Orchestrator.Settings;

/// <summary>Finds what a mistyped name was meant to be.</summary>
internal static class NearestName
{
    private const int MostEdits = 2;

    /// <summary>The end of a sentence: "; did you mean 'x'?" for the name nearest to the one given, begun with it or at most two edits away; a full stop where none is near.</summary>
    public static string Hint(string given, IEnumerable<string> names)
    {
        (string Name, int Edits)[] near = [.. names.Select(name => (name, EditsBetween(given, name))).Where(pair => pair.Item2 <= MostEdits || IsBegun(given, pair.name)).OrderBy(pair => pair.Item2)];
        return near.Length > 0 ? $"; did you mean '{near[0].Name}'?" : ".";
    }

    private static bool IsBegun(string given, string name) => given.TrimStart('-').Length > 2 && name.StartsWith(given, StringComparison.OrdinalIgnoreCase);

    /// <summary>Levenshtein's distance, without regard to case.</summary>
    private static int EditsBetween(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int substituted = diagonal + (char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
