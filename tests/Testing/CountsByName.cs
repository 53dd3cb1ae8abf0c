using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;

namespace DataForge.Testing;

/// <summary>Counts by the names that files have: a test spells these, so that a changed declaration does not change what it expects.</summary>
public static class CountsByName
{
    /// <summary>The counts of an entry or event, in ordinal order of their names.</summary>
    public static SortedDictionary<string, long> ByName(this CountTable counts)
    {
        var named = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (Count count in counts.Items)
        {
            named.Add(count.Name.Name, count.Value);
        }

        return named;
    }

    /// <summary>The sums of all counts over a stage's entries.</summary>
    public static SortedDictionary<string, long> Totals(this Manifest manifest, string stage) => manifest.TotalCounts(stage).ByName();

    /// <summary>A count of an entry; 0 if it does not have it.</summary>
    public static long Count(this ManifestEntry entry, string name) => entry.Counts.ByName().GetValueOrDefault(name);
}
