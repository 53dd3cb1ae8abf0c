using DataForge.Corpus.Shingling;

namespace DataForge.Dedup.Tests.Testing;

/// <summary>
/// Random shingle sets with the similarities a corpus has: groups of files changed here and there, copies, and files like no other.
/// </summary>
internal static class RandomSets
{
    /// <summary>A set of so many random hashes, sorted.</summary>
    public static ulong[] Set(Random random, int count) => Sorted(Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue)));

    /// <summary>Two sets of which <paramref name="common"/> elements are in both, and so many in one only.</summary>
    public static (ulong[] Left, ulong[] Right) Pair(Random random, int common, int onlyLeft, int onlyRight)
    {
        ulong[] shared = Set(random, common);
        return (Sorted([.. shared, .. Set(random, onlyLeft)]), Sorted([.. shared, .. Set(random, onlyRight)]));
    }

    /// <summary>A corpus in rank order; some sets are empty.</summary>
    public static List<ulong[]> Corpus(Random random, int files)
    {
        var sets = new List<ulong[]>();
        while (sets.Count < files)
        {
            ulong[] origin = Set(random, random.Next(4) == 0 ? random.Next(1, 8) : random.Next(8, 120));
            int group = random.Next(1, 7);
            for (int i = 0; i < group; i++)
            {
                // Up to a quarter of the elements change, so that similarities lie on both sides of any threshold.
                int changed = random.Next(1 + (origin.Length / 4));
                sets.Add(Sorted([.. origin.Skip(changed), .. Set(random, random.Next(1 + changed))]));
            }

            if (random.Next(10) == 0)
            {
                sets.Add([]);
            }
        }

        ulong[][] shuffled = [.. sets];
        random.Shuffle(shuffled);
        return [.. shuffled.Take(files)];
    }

    /// <summary>Sorted, each once.</summary>
    public static ulong[] Sorted(IEnumerable<ulong> values) => [.. values.Distinct().Order()];

    /// <summary>A stand-in for the fingerprint: sets of no shingles differ from each other, as their texts would.</summary>
    public static Fingerprint FingerprintOf(ulong[] set, int number) => set.Length > 0 ? Fingerprint.OfSet(set) : new Fingerprint((ulong)number, ~0UL);
}
