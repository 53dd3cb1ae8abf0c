using DataForge.Dedup.Selection;
using DataForge.Dedup.Shingling;

namespace DataForge.Dedup.Auditing;

/// <summary>What the audit of a run found (<c>3-dataset/audit.json</c>).</summary>
/// <param name="Files">Files that have shingles.</param>
/// <param name="SampledFiles">Files drawn among them, each compared with all others.</param>
/// <param name="Threshold">The threshold.</param>
/// <param name="PairsFound">Of the pairs at or above the threshold with a sampled file: those that shared a band or a set. This is recall.</param>
/// <param name="FilesWithoutMiss">Of the sampled files: those of which no pair was missed. Files are drawn independently of each other, pairs are not.</param>
/// <param name="DropsConfirmed">Of the dropped files in the sample: those whose twin is kept and exactly as similar as stated, at or above the threshold. This is precision.</param>
/// <param name="KeptWithoutTwin">Of the kept files in the sample: those that no other kept file is a near duplicate of.</param>
/// <param name="Base">What was compared of the base's dataset; null without a base.</param>
public sealed record AuditReport(
    long Files, long SampledFiles, double Threshold,
    Proportion PairsFound, Proportion FilesWithoutMiss, Proportion DropsConfirmed, Proportion KeptWithoutTwin, AuditedBase? Base = null);

/// <summary>How much of a base's dataset took part in an audit.</summary>
/// <param name="Files">Files of the dataset.</param>
/// <param name="Compared">Those that the sample was compared with: about as many as there are files in the run, drawn by seed.</param>
public sealed record AuditedBase(long Files, long Compared);

/// <summary>Compares a seeded sample of files with all files, without loss; no signature takes part in it.</summary>
internal sealed class Auditor
{
    private readonly IShingleSets _sets;
    private readonly double _threshold;
    private readonly int[] _sample;
    private readonly ulong[][] _sampledSets;
    private readonly SampleIndex _index;

    /// <summary>Draws the sample: the files with the least hashes of (seed, rank), so that it depends on nothing else.</summary>
    /// <param name="sets">The sets by rank.</param>
    /// <param name="from">The first rank that may be drawn.</param>
    /// <param name="to">The rank behind the last that may be drawn.</param>
    /// <param name="sampleSize">Files to draw among those that have shingles; all where they are fewer.</param>
    public Auditor(IShingleSets sets, int from, int to, int sampleSize, double threshold, ulong seed)
    {
        _sets = sets;
        var drawn = new PriorityQueue<int, ulong>(Comparer<ulong>.Create((left, right) => right.CompareTo(left)));
        for (int rank = from; rank < to; rank++)
        {
            if (sets.Length(rank) == 0)
            {
                continue;
            }

            Candidates++;
            ulong lot = Hashing.Derive(seed ^ Hashing.K0, rank);
            if (drawn.Count < sampleSize)
            {
                drawn.Enqueue(rank, lot);
            }
            else if (sampleSize > 0)
            {
                drawn.EnqueueDequeue(rank, lot);
            }
        }

        _threshold = threshold;
        _sample = [.. drawn.UnorderedItems.Select(item => item.Element).Order()];
        ulong[] buffer = [];
        _sampledSets = [.. _sample.Select(rank => sets.Get(rank, ref buffer).ToArray())];
        _index = new SampleIndex(_sampledSets, threshold);
    }

    private long Candidates { get; }

    /// <summary>
    /// The files of a base to compare with, lest the audit's cost grow with the base: each with such a chance that about as many are drawn as the run has files.
    /// </summary>
    /// <param name="baseFiles">Files of the base's dataset; the first ranks are theirs.</param>
    /// <param name="files">Files of the run.</param>
    /// <param name="seed">Seeds the draw.</param>
    public static Func<int, bool> DrawOfBase(int baseFiles, int files, ulong seed)
    {
        ulong limit = files >= baseFiles ? ulong.MaxValue : (ulong)((UInt128)ulong.MaxValue * (uint)files / (uint)baseFiles);
        return rank => Hashing.Derive(seed ^ Hashing.K1, rank) <= limit;
    }

    /// <summary>Compares.</summary>
    /// <param name="order">All ranks, in the order in which their sets are read.</param>
    /// <param name="fateOf">By rank, the kept twin's rank (or <see cref="SelectionResult.Kept"/>) and the similarity stated.</param>
    /// <param name="isCandidate">Whether two files, given by rank, share a band or a set.</param>
    public AuditReport Compare(
        IEnumerable<int> order, Func<int, (int Twin, double Similarity)> fateOf, Func<int, int, bool> isCandidate, CancellationToken cancellation)
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
            bool isOtherKept = fateOf(other).Twin == SelectionResult.Kept;
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
                hasKeptTwin[i] |= isOtherKept && fateOf(rank).Twin == SelectionResult.Kept;
            }

            near.Clear();
        }

        int dropped = _sample.Count(rank => fateOf(rank).Twin != SelectionResult.Kept);
        return new AuditReport(
            Candidates, _sample.Length, _threshold,
            Proportion.Of95(pairs - missed, pairs),
            Proportion.Of95(_sample.Length - hasMiss.Count(isTrue => isTrue), _sample.Length),
            Proportion.Of95(_sample.Count(rank => IsConfirmed(rank, fateOf)), dropped),
            Proportion.Of95(_sample.Length - dropped - hasKeptTwin.Count(isTrue => isTrue), _sample.Length - dropped));
    }

    private bool IsConfirmed(int rank, Func<int, (int Twin, double Similarity)> fateOf)
    {
        (int twin, double stated) = fateOf(rank);
        if (twin == SelectionResult.Kept || fateOf(twin).Twin != SelectionResult.Kept)
        {
            return false;
        }

        ulong[] mine = [];
        ulong[] its = [];
        double similarity = Similarity(_sets.Get(rank, ref mine), _sets.Get(twin, ref its), 0);
        return similarity == stated && similarity >= _threshold;
    }

    // Not by the code that is audited. Gives up, with 0, once so many elements stand alone that the threshold is out of reach: J ≥ t leaves room for
    // (1 − t) / (1 + t) of all elements of both sets; one is left for rounding.
    private static double Similarity(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, double threshold)
    {
        double mostAlone = ((left.Length + right.Length) * (1 - threshold) / (1 + threshold)) + 1;
        if (Math.Abs(left.Length - right.Length) > mostAlone)
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
            if (i + j - (2 * common) > mostAlone)
            {
                return 0;
            }
        }

        return (double)common / (left.Length + right.Length - common);
    }
}
