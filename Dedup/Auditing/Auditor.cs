using DataForge.Corpus.Shingling;
using DataForge.Dedup.Selection;

namespace DataForge.Dedup.Auditing;

/// <summary>The result of a run's audit (<c>3-dataset/audit.json</c>).</summary>
/// <param name="Files">Files that have shingles.</param>
/// <param name="SampledFiles">Files sampled from them, each of which was compared with all others.</param>
/// <param name="Threshold">The Jaccard similarity from which on two files are near duplicates.</param>
/// <param name="PairsFound">Recall: of the pairs at or above the threshold with a sampled file, those that share a band or a set.</param>
/// <param name="FilesWithoutMiss">
/// Of the sampled files, those of which no pair was missed. Files are sampled independently, pairs are not.
/// </param>
/// <param name="DropsConfirmed">
/// Precision: of the dropped files in the sample, those whose twin is kept and has exactly the stated similarity, at or above the
/// threshold.
/// </param>
/// <param name="KeptWithoutTwin">Of the kept files in the sample, those that have no kept near duplicate.</param>
/// <param name="Base">How much of the base's dataset was compared; null without a base.</param>
public sealed record AuditReport(
    long Files, long SampledFiles, double Threshold,
    Proportion PairsFound, Proportion FilesWithoutMiss, Proportion DropsConfirmed, Proportion KeptWithoutTwin, AuditedBase? Base = null);

/// <summary>How much of a base's dataset was compared in an audit.</summary>
/// <param name="Files">Files of the dataset.</param>
/// <param name="Compared">Those that the sample was compared with: about as many as there are files in the run, chosen by the seed.</param>
public sealed record AuditedBase(long Files, long Compared);

/// <summary>
/// Compares a seeded sample of files with all files. It misses no near duplicate, and uses no code of the signatures that it checks.
/// </summary>
internal sealed class Auditor
{
    private readonly IShingleSets _sets;
    private readonly double _threshold;
    private readonly int[] _sample;
    private readonly ulong[][] _sampledSets;
    private readonly SampleIndex _index;

    /// <summary>Chooses the sample: the files with the smallest hashes of (seed, rank), so that it depends on nothing else.</summary>
    /// <param name="sets">The sets by rank.</param>
    /// <param name="from">The first rank that may be sampled.</param>
    /// <param name="to">The rank after the last that may be sampled.</param>
    /// <param name="sampleSize">Files to sample from those that have shingles; all where there are fewer.</param>
    /// <param name="threshold">The Jaccard similarity from which on two files are near duplicates.</param>
    /// <param name="seed">Seeds the choice.</param>
    public Auditor(IShingleSets sets, int from, int to, int sampleSize, double threshold, ulong seed)
    {
        _sets = sets;
        var sampled = new PriorityQueue<int, ulong>(Comparer<ulong>.Create((left, right) => right.CompareTo(left)));
        for (int rank = from; rank < to; rank++)
        {
            if (sets.Length(rank) == 0)
            {
                continue;
            }

            FilesWithShingles++;
            ulong hash = Hashing.Derive(seed ^ Hashing.K0, rank);
            if (sampled.Count < sampleSize)
            {
                sampled.Enqueue(rank, hash);
            }
            else if (sampleSize > 0)
            {
                sampled.EnqueueDequeue(rank, hash);
            }
        }

        _threshold = threshold;
        _sample = [.. sampled.UnorderedItems.Select(item => item.Element).Order()];
        ulong[] buffer = [];
        _sampledSets = [.. _sample.Select(rank => sets.Get(rank, ref buffer).ToArray())];
        _index = new SampleIndex(_sampledSets, threshold);
    }

    private long FilesWithShingles { get; }

    /// <summary>
    /// Chooses the files of a base to compare with: each with such a probability that about as many are chosen as the run has files, so
    /// that the audit's cost does not grow with the base.
    /// </summary>
    /// <param name="baseFiles">Files of the base's dataset; the first ranks are theirs.</param>
    /// <param name="files">Files of the run.</param>
    /// <param name="seed">Seeds the choice.</param>
    /// <returns>By rank, whether a file of the base is compared.</returns>
    public static Func<int, bool> SampleOfBase(int baseFiles, int files, ulong seed)
    {
        ulong limit = files >= baseFiles ? ulong.MaxValue : (ulong)((UInt128)ulong.MaxValue * (uint)files / (uint)baseFiles);
        return rank => Hashing.Derive(seed ^ Hashing.K1, rank) <= limit;
    }

    /// <summary>Compares the sample with all files.</summary>
    /// <param name="order">All ranks, in the order in which their sets are read.</param>
    /// <param name="decisionOf">By rank, the kept twin's rank (or <see cref="SelectionResult.Kept"/>) and the stated similarity.</param>
    /// <param name="isCandidate">Whether two files, given by rank, share a band or a set.</param>
    /// <param name="cancellation">Stops the comparison.</param>
    public AuditReport Compare(
        IEnumerable<int> order,
        Func<int, (int Twin, double Similarity)> decisionOf,
        Func<int, int, bool> isCandidate,
        CancellationToken cancellation)
    {
        long pairs = 0;
        long missed = 0;
        var hasMiss = new bool[_sample.Length];
        var hasKeptTwin = new bool[_sample.Length];
        var counts = new int[_sample.Length];
        var near = new List<int>();
        ulong[] buffer = [];
        foreach (int other in order)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<ulong> set = _sets.Get(other, ref buffer);
            _index.Find(set, counts, near);
            bool isOtherKept = decisionOf(other).Twin == SelectionResult.Kept;
            foreach (int i in near)
            {
                int rank = _sample[i];
                if (rank == other || Similarity(_sampledSets[i], set, _threshold) < _threshold)
                {
                    continue;
                }

                pairs++;
                bool isFound = isCandidate(rank, other);
                missed += isFound ? 0 : 1;
                hasMiss[i] |= !isFound;
                hasKeptTwin[i] |= isOtherKept && decisionOf(rank).Twin == SelectionResult.Kept;
            }

            near.Clear();
        }

        int dropped = _sample.Count(rank => decisionOf(rank).Twin != SelectionResult.Kept);
        return new AuditReport(
            FilesWithShingles, _sample.Length, _threshold,
            Proportion.With95PercentInterval(pairs - missed, pairs),
            Proportion.With95PercentInterval(_sample.Length - hasMiss.Count(isTrue => isTrue), _sample.Length),
            Proportion.With95PercentInterval(_sample.Count(rank => IsConfirmed(rank, decisionOf)), dropped),
            Proportion.With95PercentInterval(_sample.Length - dropped - hasKeptTwin.Count(isTrue => isTrue), _sample.Length - dropped));
    }

    private bool IsConfirmed(int rank, Func<int, (int Twin, double Similarity)> decisionOf)
    {
        (int twin, double stated) = decisionOf(rank);
        if (twin == SelectionResult.Kept || decisionOf(twin).Twin != SelectionResult.Kept)
        {
            return false;
        }

        ulong[] mine = [];
        ulong[] its = [];
        double similarity = Similarity(_sets.Get(rank, ref mine), _sets.Get(twin, ref its), 0);
        return similarity == stated && similarity >= _threshold;
    }

    // On purpose not the code that is audited. Returns 0 as soon as too many elements are in one set only: J ≥ t allows at most the share
    // (1 − t) / (1 + t) of all elements of both sets; one more is allowed for rounding.
    private static double Similarity(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, double threshold)
    {
        double maxUnshared = ((left.Length + right.Length) * (1 - threshold) / (1 + threshold)) + 1;
        if (Math.Abs(left.Length - right.Length) > maxUnshared)
        {
            return 0;
        }

        int common = 0;
        int i = 0;
        int j = 0;
        while (i < left.Length && j < right.Length)
        {
            ulong x = left[i];
            ulong y = right[j];
            common += x == y ? 1 : 0;
            i += x <= y ? 1 : 0;
            j += y <= x ? 1 : 0;
            if (i + j - (2 * common) > maxUnshared)
            {
                return 0;
            }
        }

        return (double)common / (left.Length + right.Length - common);
    }
}
