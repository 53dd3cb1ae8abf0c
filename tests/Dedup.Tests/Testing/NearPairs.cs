namespace DataForge.Dedup.Tests.Testing;

/// <summary>
/// All pairs of sets at or above a threshold, without loss and without signatures: prefix filtering (Bayardo, Ma, Srikant, WWW 2007). With
/// elements in one global order, rarest first, two sets of Jaccard similarity t or more share an element among the first |A| − ⌈t|A|⌉ + 1
/// of each.
/// </summary>
internal static class NearPairs
{
    public static Dictionary<(int Worse, int Better), double> Find(IReadOnlyList<ulong[]> sets, double threshold)
    {
        var frequency = new Dictionary<ulong, int>();
        foreach (ulong shingle in sets.SelectMany(set => set))
        {
            frequency[shingle] = frequency.GetValueOrDefault(shingle) + 1;
        }

        var index = new Dictionary<ulong, List<int>>();
        var pairs = new Dictionary<(int, int), double>();
        for (int i = 0; i < sets.Count; i++)
        {
            ulong[] set = sets[i];
            var tried = new HashSet<int>();
            // The ceiling is taken a little low, so that rounding lengthens the prefix rather than shortens it.
            int prefix = set.Length - (int)Math.Ceiling((threshold * set.Length) - 1e-6) + 1;
            IEnumerable<ulong> rarest = set.Where(shingle => frequency[shingle] > 1).Concat(set.Where(shingle => frequency[shingle] == 1))
                .OrderBy(shingle => frequency[shingle]).ThenBy(shingle => shingle).Take(set.Length == 0 ? 0 : prefix);
            foreach (ulong shingle in rarest)
            {
                if (frequency[shingle] == 1)
                {
                    continue;
                }

                if (!index.TryGetValue(shingle, out List<int>? others))
                {
                    index.Add(shingle, others = []);
                }

                foreach (int other in others.Where(tried.Add))
                {
                    double bound = (double)Math.Min(set.Length, sets[other].Length) / Math.Max(set.Length, sets[other].Length);
                    double similarity = bound >= threshold ? BruteForce.Jaccard(set, sets[other]) : 0;
                    if (similarity >= threshold)
                    {
                        pairs.Add((i, other), similarity);
                    }
                }

                others.Add(i);
            }
        }

        return pairs;
    }
}
