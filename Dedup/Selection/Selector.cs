using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DataForge.Dedup.Candidates;

namespace DataForge.Dedup.Selection;

/// <summary>
/// The greedy rule: in the order of their ranks, a file is kept unless a kept file has a Jaccard similarity with it of at least the
/// threshold. So no two kept files are near duplicates, and each dropped file has a kept twin: the most similar kept file before it, ties
/// broken by rank.
/// </summary>
/// <remarks>
/// Files with the same set are decided together: the decision is made for the first of them. If it is kept, it is the twin of the others,
/// with similarity 1; otherwise its twin is theirs, since the similarity depends only on the set.
/// <para>
/// Ranks are processed in blocks. Pairs of a block are verified in parallel; then its files are decided in order. Which pairs are verified
/// does not depend on the threads, and the result depends only on sets, ranks and threshold.
/// </para>
/// </remarks>
internal sealed class Selector(IShingleSets sets, int[] firstOf, double threshold, int workers)
{
    // With at least so many kept files in a file's hot buckets, sketches select those worth an exact comparison; a file with fewer needs
    // no sketch of its own.
    private const int MinSketched = 16;

    // Any seed will do: no decision depends on it, except for the probability stated in Sketches.
    private const ulong SketchSeed = 1;

    /// <summary>Files in a block.</summary>
    public const int BlockFiles = 1 << 13;

    private readonly SelectionResult _result = new(firstOf.Length);
    private readonly ThreadLocal<SelectorScratch> _scratch = new(() => new SelectorScratch(), trackAllValues: true);
    private readonly Sketches _sketches = new(sets, firstOf.Length, threshold, SketchSeed);

    /// <summary>
    /// Called with each pair found at or above the threshold (worse rank, better rank, similarity), in no particular order; may be null.
    /// </summary>
    public Action<int, int, double>? OnEdge { get; init; }

    /// <summary>Whether pairs with a dropped file are verified too.</summary>
    public bool AllPairs { get; init; }

    /// <summary>Decides about all files.</summary>
    /// <param name="pairs">Candidate pairs (worse rank, better rank).</param>
    /// <param name="memberships">Members of hot buckets (rank, bucket).</param>
    /// <param name="bucketOffsets">By file of memberships, what to add to its buckets' numbers.</param>
    /// <param name="hotBuckets">Hot buckets in all files together.</param>
    /// <param name="advance">Called with the number of files decided since the last call.</param>
    /// <param name="cancellation">Stops the work.</param>
    public SelectionResult Run(
        WordRunReader pairs, WordRunReader memberships, IReadOnlyList<uint> bucketOffsets, long hotBuckets, Action<int> advance,
        CancellationToken cancellation)
    {
        var buckets = new HotBuckets(hotBuckets);
        var block = new Block();
        int files = firstOf.Length;
        for (int from = 0; from < files; from += BlockFiles)
        {
            cancellation.ThrowIfCancellationRequested();
            int to = Math.Min(from + BlockFiles, files);
            block.Set(from, to, pairs.ReadBelow(to), memberships.ReadBelow(to, bucketOffsets));
            VerifyInParallel(block, buckets, cancellation);
            DecideInOrder(block, buckets);
            advance(to - from);
        }

        _result.VerifiedPairs = _scratch.Values.Sum(scratch => scratch.Verified);
        _result.SparedPairs = _scratch.Values.Sum(scratch => scratch.Spared);
        return _result;
    }

    private void VerifyInParallel(Block block, HotBuckets buckets, CancellationToken cancellation)
    {
        if (block.IsEmpty)
        {
            return;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
        // Small chunks: a file in a hot bucket can take as long as a thousand others.
        OrderablePartitioner<Tuple<int, int>> chunks = Partitioner.Create(block.From, block.To, 64);
        try
        {
            Parallel.ForEach(chunks, options, chunk =>
            {
                SelectorScratch scratch = _scratch.Value!;
                for (int rank = chunk.Item1; rank < chunk.Item2; rank++)
                {
                    VerifyFile(block, rank, buckets, scratch);
                }
            });
        }
        catch (AggregateException e)
        {
            // One error is enough to report: a set that cannot be read.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    // Verifies the file's candidate pairs, and compares it with the files of its hot buckets that were kept before this block.
    private void VerifyFile(Block block, int rank, HotBuckets buckets, SelectorScratch scratch)
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
        SelectorScratch scratch = _scratch.Value!;
        // Found in parallel, so in any order; sorting brings those of each file together.
        block.Found.Sort();
        int found = 0;
        for (int rank = block.From; rank < block.To; rank++)
        {
            int first = firstOf[rank];
            if (first != rank)
            {
                bool isFirstKept = _result.Twins[first] == SelectionResult.Kept;
                (_result.Twins[rank], _result.Similarities[rank]) =
                    isFirstKept ? (first, 1) : (_result.Twins[first], _result.Similarities[first]);
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
            CompareWithinHotBuckets(block, rank, memberships, buckets, scratch);
            if (_result.Twins[rank] == SelectionResult.Kept)
            {
                foreach (ulong membership in memberships)
                {
                    buckets.Add((uint)membership, rank);
                }
            }
        }
    }

    // Compares a file with the files of its hot buckets that were kept in this block.
    private void CompareWithinHotBuckets(
        Block block, int rank, ReadOnlySpan<ulong> memberships, HotBuckets buckets, SelectorScratch scratch)
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

    // Copies to Likely the files of Others that are worth an exact comparison: all where they are few, otherwise those whose sketches
    // agree.
    private void PickLikely(ReadOnlySpan<ulong> set, SelectorScratch scratch)
    {
        scratch.Likely.Clear();
        if (scratch.Others.Count < MinSketched)
        {
            scratch.Likely.AddRange(scratch.Others);
            return;
        }

        scratch.Kernel ??= _sketches.NewKernel();
        byte[] mine = Sketches.Make(set, scratch.Kernel);
        foreach (int other in scratch.Others)
        {
            if (Sketches.CountAgreeing(mine, _sketches.Of(other, scratch.Kernel, ref scratch.Other)) >= _sketches.MinAgreeing)
            {
                scratch.Likely.Add(other);
            }
        }

        scratch.Spared += scratch.Others.Count - scratch.Likely.Count;
    }

    private double Verify(int rank, ReadOnlySpan<ulong> set, int other, SelectorScratch scratch)
    {
        int length = sets.Length(other);
        scratch.Verified++;
        // The similarity is at most the smaller set's size over the larger one's, so the other set need not be read.
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
}
