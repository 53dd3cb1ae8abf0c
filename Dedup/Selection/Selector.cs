using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Signatures;

namespace DataForge.Dedup.Selection;

/// <summary>
/// The greedy rule: in the order of their ranks, a file is kept unless a kept file has a Jaccard similarity with it of at least the threshold.
/// So no two kept files are near duplicates, and each dropped file has a kept twin: the most similar kept file before it, ties by rank.
/// </summary>
/// <remarks>
/// Files with one set share one fate: the first of them is judged; if it is kept it is the twin of the others, with similarity 1, and else its
/// twin is theirs, since a similarity depends on the set alone.
/// <para>
/// Ranks are taken in blocks. Pairs of a block are verified side by side; then the block is gone through in order. Which pair is verified
/// depends on no thread, and the outcome on nothing but sets, ranks and threshold.
/// </para>
/// </remarks>
internal sealed class Selector(IShingleSets sets, int[] firstOf, double threshold, int workers)
{
    // Kept files in a file's hot buckets from which on sketches tell those apart that are worth reading.
    private const int Crowd = 16;

    // Sketches need no other seed than this: no choice between files depends on it.
    private const ulong SketchSeed = 1;

    /// <summary>Files in a block.</summary>
    public const int BlockFiles = 1 << 13;

    private readonly SelectionResult _result = new(firstOf.Length);
    private readonly ThreadLocal<Scratch> _scratch = new(() => new Scratch(), trackAllValues: true);
    private readonly Sketches _sketches = new(sets, firstOf.Length, threshold, SketchSeed);

    /// <summary>Called with each pair found at or above the threshold (worse rank, better rank, similarity), in no order; null where nobody asks.</summary>
    public Action<int, int, double>? OnEdge { get; init; }

    /// <summary>Whether pairs with a dropped file are verified as well.</summary>
    public bool AllPairs { get; init; }

    /// <summary>Selects.</summary>
    /// <param name="pairs">Candidate pairs (worse rank, better rank).</param>
    /// <param name="memberships">Members of hot buckets (rank, bucket).</param>
    /// <param name="bucketOffsets">By file of memberships, what to add to its buckets' numbers.</param>
    /// <param name="hotBuckets">Hot buckets in all files.</param>
    /// <param name="advance">Told of files done.</param>
    public SelectionResult Run(
        WordRunReader pairs, WordRunReader memberships, IReadOnlyList<uint> bucketOffsets, long hotBuckets, Action<int> advance, CancellationToken cancellation)
    {
        var buckets = new HotBuckets(hotBuckets);
        int files = firstOf.Length;
        for (int from = 0; from < files; from += BlockFiles)
        {
            cancellation.ThrowIfCancellationRequested();
            int to = Math.Min(from + BlockFiles, files);
            var block = new Block(from, to, pairs.ReadBelow(to), memberships.ReadBelow(to, bucketOffsets));
            VerifySideBySide(block, buckets, cancellation);
            DecideInOrder(block, buckets);
            advance(to - from);
        }

        _result.VerifiedPairs = _scratch.Values.Sum(scratch => scratch.Verified);
        _result.SparedPairs = _scratch.Values.Sum(scratch => scratch.Spared);
        return _result;
    }

    private void VerifySideBySide(Block block, HotBuckets buckets, CancellationToken cancellation)
    {
        if (block.IsEmpty)
        {
            return;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
        // Small chunks: a file in a hot bucket may take as long as a thousand others.
        OrderablePartitioner<Tuple<int, int>> chunks = Partitioner.Create(block.From, block.To, 64);
        try
        {
            Parallel.ForEach(chunks, options, chunk =>
            {
                Scratch scratch = _scratch.Value!;
                for (int rank = chunk.Item1; rank < chunk.Item2; rank++)
                {
                    VerifyFile(block, rank, buckets, scratch);
                }
            });
        }
        catch (AggregateException e)
        {
            // One fault is enough to tell: a set that cannot be read.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    // Pairs of the block, and against files kept before it the members of its hot buckets.
    private void VerifyFile(Block block, int rank, HotBuckets buckets, Scratch scratch)
    {
        Range candidates = block.CandidatesOf(rank);
        ReadOnlySpan<ulong> memberships = block.MembershipsOf(rank);
        if (candidates.Start.Equals(candidates.End) && memberships.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<ulong> set = sets.Get(rank, ref scratch.Mine);
        scratch.Others.Clear();
        for (int i = candidates.Start.Value; i < candidates.End.Value; i++)
        {
            int other = (int)(uint)block.Candidates[i];
            bool isNeeded = AllPairs || _result.Twins[other] == SelectionResult.Kept;
            block.Similarities[i] = isNeeded ? Verify(rank, set, other, scratch) : -1;
        }

        foreach (ulong membership in memberships)
        {
            buckets.Collect((uint)membership, 0, block.From, scratch.Others);
        }

        for (int i = candidates.Start.Value; i < candidates.End.Value; i++)
        {
            scratch.Others.Remove((int)(uint)block.Candidates[i]);
        }

        PickLikely(set, scratch);
        foreach (int other in scratch.Likely)
        {
            double similarity = Verify(rank, set, other, scratch);
            if (similarity >= 0)
            {
                lock (block.Found)
                {
                    block.Found.Add((rank, other, similarity));
                }
            }
        }
    }

    private void DecideInOrder(Block block, HotBuckets buckets)
    {
        Scratch scratch = _scratch.Value!;
        // Found side by side, so in any order; a stable order by rank makes each file's a run.
        block.Found.Sort();
        int found = 0;
        for (int rank = block.From; rank < block.To; rank++)
        {
            int first = firstOf[rank];
            if (first != rank)
            {
                bool isFirstKept = _result.Twins[first] == SelectionResult.Kept;
                (_result.Twins[rank], _result.Similarities[rank]) = isFirstKept ? (first, 1) : (_result.Twins[first], _result.Similarities[first]);
                _result.Clusters.Join(rank, first);
                OnEdge?.Invoke(rank, first, 1);
                _result.Edges++;
                continue;
            }

            Range candidates = block.CandidatesOf(rank);
            for (int i = candidates.Start.Value; i < candidates.End.Value; i++)
            {
                Consider(rank, (int)(uint)block.Candidates[i], block.Similarities[i]);
            }

            for (; found < block.Found.Count && block.Found[found].Rank == rank; found++)
            {
                Consider(rank, block.Found[found].Other, block.Found[found].Similarity);
            }

            ReadOnlySpan<ulong> memberships = block.MembershipsOf(rank);
            CompareWithHotOfBlock(block, rank, memberships, buckets, scratch);
            if (_result.Twins[rank] == SelectionResult.Kept)
            {
                foreach (ulong membership in memberships)
                {
                    buckets.Add((uint)membership, rank);
                }
            }
        }
    }

    // Files of the same block that were kept a moment ago.
    private void CompareWithHotOfBlock(Block block, int rank, ReadOnlySpan<ulong> memberships, HotBuckets buckets, Scratch scratch)
    {
        scratch.Others.Clear();
        foreach (ulong membership in memberships)
        {
            buckets.Collect((uint)membership, block.From, rank, scratch.Others);
        }

        if (scratch.Others.Count == 0)
        {
            return;
        }

        Range candidates = block.CandidatesOf(rank);
        for (int i = candidates.Start.Value; i < candidates.End.Value; i++)
        {
            scratch.Others.Remove((int)(uint)block.Candidates[i]);
        }

        ReadOnlySpan<ulong> set = sets.Get(rank, ref scratch.Mine);
        PickLikely(set, scratch);
        foreach (int other in scratch.Likely)
        {
            Consider(rank, other, Verify(rank, set, other, scratch));
        }
    }

    // Moves to Likely, of Others, those worth an exact comparison: all of a few, and of a crowd those whose sketches agree.
    private void PickLikely(ReadOnlySpan<ulong> set, Scratch scratch)
    {
        scratch.Likely.Clear();
        if (scratch.Others.Count < Crowd)
        {
            scratch.Likely.AddRange(scratch.Others);
            return;
        }

        scratch.Kernel ??= _sketches.NewKernel();
        byte[] mine = Sketches.Make(set, scratch.Kernel);
        foreach (int other in scratch.Others)
        {
            if (Sketches.Agreeing(mine, _sketches.Of(other, scratch.Kernel, ref scratch.Other)) >= _sketches.FewestAgreeing)
            {
                scratch.Likely.Add(other);
            }
        }

        scratch.Spared += scratch.Others.Count - scratch.Likely.Count;
    }

    private double Verify(int rank, ReadOnlySpan<ulong> set, int other, Scratch scratch)
    {
        int length = sets.Length(other);
        scratch.Verified++;
        // The smaller set over the larger bounds the similarity from above: no need to read the other.
        return Math.Min(set.Length, length) < (threshold * Math.Max(set.Length, length)) - 0.5
            ? -1
            : Jaccard.OfAtLeast(set, sets.Get(other, ref scratch.Other), threshold);
    }

    private void Consider(int rank, int other, double similarity)
    {
        if (similarity < 0)
        {
            return;
        }

        bool isKept = _result.Twins[other] == SelectionResult.Kept;
        if (isKept || AllPairs)
        {
            _result.Edges++;
            _result.Clusters.Join(rank, other);
            OnEdge?.Invoke(rank, other, similarity);
        }

        if (!isKept)
        {
            return;
        }

        ref int twin = ref _result.Twins[rank];
        ref double best = ref _result.Similarities[rank];
        if (twin == SelectionResult.Kept || similarity > best || (similarity == best && other < twin))
        {
            (twin, best) = (other, similarity);
        }
    }

    private sealed class Scratch
    {
        public ulong[] Mine = [];
        public ulong[] Other = [];
        public SignatureKernel? Kernel;
        public HashSet<int> Others { get; } = [];
        public List<int> Likely { get; } = [];
        public long Verified { get; set; }
        public long Spared { get; set; }
    }
}
