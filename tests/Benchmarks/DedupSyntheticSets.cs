using DataForge.Corpus.Shingling;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Sorting;

namespace DataForge.Benchmarks;

/// <summary>
/// Shingle sets of a corpus that is never stored: each is derived from its rank whenever it is asked for. Scenes: <c>corpus</c> (three
/// files in five like no other, the rest in groups from 2 to some 10,000 members), <c>clique</c> (all mutually near), <c>groups</c> (of
/// 1,000 each) and <c>bucket</c> (all in one bucket, none similar).
/// </summary>
/// <remarks>
/// A member has its group's hashes, each replaced by one of its own with a chance that the member has: none, 1 to 3 %, or 8 %. Members at 8
/// % lie at about 0.85 of an unchanged one and at 0.73 of each other: they share buckets in crowds and are judged on both sides of the
/// threshold. They are found in groups of up to some 130 members, whatever the number of files; larger groups are tight, as generated and
/// vendored files are.
/// </remarks>
internal sealed class SyntheticSets(string scene, int files) : IShingleSets
{
    private const int MostShingles = 4_096;

    // A group this large takes about a second to check.
    private const int LargestChecked = 4_000;

    private readonly ThreadLocal<Scratch> _scratch = new(() => new Scratch());

    /// <summary>The names of scenes.</summary>
    public static IReadOnlyList<string> Scenes { get; } = ["corpus", "clique", "groups", "bucket"];

    public string Scene => scene;

    /// <inheritdoc/>
    public int Length(int rank) => Get(rank, ref _scratch.Value!.Set).Length;

    /// <inheritdoc/>
    public ReadOnlySpan<ulong> Get(int rank, ref ulong[] buffer)
    {
        (ulong group, double changed) = Member(rank);
        Scratch scratch = _scratch.Value!;
        ulong[] values = scratch.Values;
        ulong groupSeed = Hashing.Mix(group + 1);
        ulong ownSeed = Hashing.Mix(~(ulong)rank);
        // 100 to 1,500 shingles, 566 in the mean; small files are more frequent.
        ulong draw = groupSeed % 1_000;
        int length = 100 + (int)(1_400 * draw * draw / 1_000_000) - (scene == "bucket" ? 80 : 0);
        ulong limit = (ulong)(changed * (1UL << 32));
        for (int i = 0; i < length; i++)
        {
            ulong own = limit == 0 ? ulong.MaxValue : Hashing.Derive(ownSeed, i);
            values[i] = (own & uint.MaxValue) < limit ? Hashing.Mix(own) : Hashing.Derive(groupSeed, i);
        }

        if (scene == "bucket")
        {
            // One element at the beginning of each of the first bins makes all files agree in their first band.
            BandPlan plan = BandPlan.For(0.85, 1e-6);
            for (int i = 0; i < plan.Rows; i++)
            {
                values[length++] = (ulong)(((UInt128)i << 64) / (UInt128)plan.Permutations) + 1;
            }
        }

        if (buffer.Length < MostShingles)
        {
            buffer = new ulong[MostShingles];
        }

        return buffer.AsSpan(0, scratch.Sort.SortDistinct(values.AsSpan(0, length), buffer));
    }

    /// <summary>
    /// Holds the outcome against the greedy rule, by brute force, in 200 groups drawn by seed and the largest that can be afforded; files
    /// of different groups have nothing in common. Returns what was found, in words.
    /// </summary>
    public string Check(SelectionResult result, double threshold)
    {
        int strangers = 0;
        var sizes = new Dictionary<ulong, int>();
        ulong share = (ulong)Math.Max(1, files / 5_000);
        for (int rank = 0; rank < files; rank++)
        {
            ulong group = Member(rank).Group;
            int twin = result.Twins[rank];
            strangers += twin != SelectionResult.Kept && Member(twin).Group != group ? 1 : 0;
            if (group < 64 || Hashing.Mix(group) % share == 0)
            {
                sizes[group] = sizes.GetValueOrDefault(group) + 1;
            }
        }

        HashSet<ulong> groups = [.. sizes.Where(pair => pair.Value <= LargestChecked).OrderBy(pair => Hashing.Mix(pair.Key)).Take(200).Select(pair => pair.Key)];
        groups.UnionWith(sizes.Where(pair => pair.Value <= LargestChecked).OrderByDescending(pair => pair.Value).Take(3).Select(pair => pair.Key));
        var members = groups.ToDictionary(group => group, _ => new List<int>());
        ulong giant = sizes.MaxBy(pair => (pair.Value, ~pair.Key)).Key;
        var ofGiant = new List<int>();
        for (int rank = 0; rank < files; rank++)
        {
            ulong group = Member(rank).Group;
            if (members.TryGetValue(group, out List<int>? ofGroup))
            {
                ofGroup.Add(rank);
            }

            if (group == giant)
            {
                ofGiant.Add(rank);
            }
        }

        int wrong = members.Values.Sum(ofGroup => Wrong(ofGroup, result, threshold));
        int wrongOfGiant = WrongOfGiant(ofGiant, result, threshold);
        return $"{strangers:N0} dropped for a twin of another group; of {members.Count:N0} groups with {members.Values.Sum(ofGroup => ofGroup.Count):N0} files "
            + $"(the largest of {members.Values.Select(ofGroup => ofGroup.Count).DefaultIfEmpty().Max():N0}), {wrong:N0} files are not as brute force has them; of the largest group's "
            + $"{ofGiant.Count:N0} files, {ofGiant.Count(rank => result.Twins[rank] == SelectionResult.Kept):N0} are kept, and {wrongOfGiant:N0} of those looked at are wrong";
    }

    // Of a group too large for the rule by brute force: a thousand kept files against each other, and a thousand dropped ones against their
    // twins.
    private int WrongOfGiant(List<int> ranks, SelectionResult result, double threshold)
    {
        const int Most = 1_000;
        ulong[] buffer = [];
        List<(int Rank, ulong[] Set)> kept = [.. ranks.Where(rank => result.Twins[rank] == SelectionResult.Kept).Take(Most).Select(rank => (rank, Get(rank, ref buffer).ToArray()))];
        int wrong = kept.Count(file => kept.Any(other => other.Rank < file.Rank && Similarity(file.Set, other.Set) >= threshold));
        int[] dropped = [.. ranks.Where(rank => result.Twins[rank] != SelectionResult.Kept)];
        for (int i = 0; i < dropped.Length; i += Math.Max(1, dropped.Length / Most))
        {
            int twin = result.Twins[dropped[i]];
            ulong[] set = Get(dropped[i], ref buffer).ToArray();
            double similarity = Similarity(set, Get(twin, ref buffer));
            wrong += result.Twins[twin] == SelectionResult.Kept && similarity >= threshold && similarity == result.Similarities[dropped[i]] ? 0 : 1;
        }

        return wrong;
    }

    // Files, in rank order, whose decision is not that of the rule taken at its word, or whose twin is not as similar as stated.
    private int Wrong(List<int> ranks, SelectionResult result, double threshold)
    {
        ulong[] buffer = [];
        var kept = new List<ulong[]>();
        int wrong = 0;
        foreach (int rank in ranks)
        {
            ulong[] set = Get(rank, ref buffer).ToArray();
            bool isKept = !kept.Any(other => Similarity(set, other) >= threshold);
            int twin = result.Twins[rank];
            bool isRight = isKept
                ? twin == SelectionResult.Kept
                : twin >= 0 && result.Twins[twin] == SelectionResult.Kept && Similarity(set, Get(twin, ref buffer)) == result.Similarities[rank];
            wrong += isRight ? 0 : 1;
            if (isKept)
            {
                kept.Add(set);
            }
        }

        return wrong;
    }

    // Shares no code with what it checks.
    private static double Similarity(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        int common = 0;
        for (int i = 0, j = 0; i < left.Length && j < right.Length;)
        {
            (ulong x, ulong y) = (left[i], right[j]);
            common += x == y ? 1 : 0;
            i += x <= y ? 1 : 0;
            j += y <= x ? 1 : 0;
        }

        return (double)common / (left.Length + right.Length - common);
    }

    private (ulong Group, double Changed) Member(int rank)
    {
        ulong lot = Hashing.Derive(7, rank);
        double little = Math.Max(1, (lot >> 40) % 4) * 0.01;
        return scene switch
        {
            "clique" => (0, little),
            "groups" => ((ulong)(rank / 1_000), little),
            "bucket" => ((ulong)rank, 0),
            // Three in five are like no other.
            _ => lot % 5 < 3 ? ((ulong)rank + (1UL << 40), 0) : Grouped(lot, little),
        };
    }

    // Group g has a share that falls with g^0.6.
    private (ulong Group, double Changed) Grouped(ulong lot, double little)
    {
        var group = (ulong)(files * 0.15 * Math.Pow((uint)(lot >> 8) / (double)(1UL << 32), 2.5));
        ulong kind = (lot >> 48) % 8;
        return (group, kind == 0 && group >= (ulong)files / 20_000 ? 0.08 : kind is 1 or 2 ? 0 : little);
    }

    private sealed class Scratch
    {
        public ulong[] Set = new ulong[MostShingles];

        public ulong[] Values { get; } = new ulong[MostShingles];

        public UniformSort Sort { get; } = new();
    }
}
