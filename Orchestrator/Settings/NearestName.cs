namespace DataForge.Orchestrator.Settings;

/// <summary>Finds the name that a mistyped one most likely means.</summary>
internal static class NearestName
{
    // Two edits find a swapped pair of letters; more would suggest names that have little in common.
    private const int MostEdits = 2;

    /// <summary>
    /// The end of a sentence: "; did you mean 'x'?" with the nearest of the names that start with the given one or are at most two edits
    /// away; a full stop where there is none.
    /// </summary>
    public static string Hint(string given, IEnumerable<string> names)
    {
        string? nearest = names.Select(name => (Name: name, Edits: EditsBetween(given, name)))
            .Where(pair => pair.Edits <= MostEdits || IsPrefix(given, pair.Name)).OrderBy(pair => pair.Edits)
            .Select(pair => pair.Name).FirstOrDefault();
        return nearest is null ? "." : $"; did you mean '{nearest}'?";
    }

    private static bool IsPrefix(string given, string name) =>
        given.TrimStart('-').Length > 2 && name.StartsWith(given, StringComparison.OrdinalIgnoreCase);

    /// <summary>The Levenshtein distance, ignoring case.</summary>
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
