namespace DataForge.Dedup.Tests.Testing;

/// <summary>The rule, taken at its word: every file against every kept one. Shares no code with what it checks.</summary>
internal static class BruteForce
{
    public static double Jaccard(ulong[] left, ulong[] right)
    {
        var common = new HashSet<ulong>(left);
        common.IntersectWith(right);
        return left.Length + right.Length == 0 ? 0 : (double)common.Count / (left.Length + right.Length - common.Count);
    }

    /// <summary>By rank: whether the greedy rule keeps the file.</summary>
    public static bool[] Greedy(IReadOnlyList<ulong[]> sets, double threshold)
    {
        var kept = new bool[sets.Count];
        for (int rank = 0; rank < sets.Count; rank++)
        {
            kept[rank] = !Enumerable.Range(0, rank).Any(other => kept[other] && Jaccard(sets[rank], sets[other]) >= threshold);
        }

        return kept;
    }

    /// <summary>All pairs (worse, better) at or above the threshold.</summary>
    public static HashSet<(int Worse, int Better)> Pairs(IReadOnlyList<ulong[]> sets, double threshold) =>
    [
        .. Enumerable.Range(0, sets.Count).SelectMany(worse => Enumerable.Range(0, worse)
            .Where(better => Jaccard(sets[worse], sets[better]) >= threshold).Select(better => (worse, better))),
    ];
}
