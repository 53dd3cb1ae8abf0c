using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>The third step, one part per group of bands: finds files that share a band.</summary>
internal static class CandidateStep
{
    // Enough groups for several workers, and few enough that intermediate files are not small.
    private const int MaxGroups = 12;

    /// <summary>Groups that the bands are divided into; depends only on the plan.</summary>
    public static int Groups(BandPlan plan) => Math.Min(plan.Bands, MaxGroups);

    /// <summary>Computes one group.</summary>
    public static void Compute(
        DedupInput input, int group, DedupOptions options, JoinBufferPool pool, PartOutput output, CancellationToken cancellation)
    {
        BandPlan plan = BandPlan.For(options.Threshold, options.MissProbability);
        int groups = Groups(plan);
        using SignatureParts signatures = input.OpenSignatures();
        (int[] ranks, int baseKept) = pool.Ranks;
        JoinBuffers buffers = pool.Rent();
        // Half of the memory is for sorting bands, a quarter each for pairs and for members of hot buckets.
        var join = new BandJoin(signatures, ranks, input.BaseParts, baseKept, options.AllPairs, options.SortMemory / 2, buffers.Band);
        long memory = options.SortMemory / 4;
        using var pairs = new WordRunWriter(
            output.Create(DedupPaths.CandidatePairs(group)), ranks.Length, isPair: true, memory, buffers.Pairs);
        using var hot = new WordRunWriter(
            output.Create(DedupPaths.HotBuckets(group)), ranks.Length, isPair: false, memory, buffers.Hot);
        for (int band = group * plan.Bands / groups; band < (group + 1) * plan.Bands / groups; band++)
        {
            join.Join(band, pairs, hot, cancellation);
        }

        pairs.Close();
        hot.Close();
        pool.Return(buffers);
        output.Add(CountName.CandidatesHotBuckets, join.HotBuckets);
        output.Add(CountName.CandidatesPairs, pairs.Written);
        output.Add(CountName.CandidatesHotMembers, hot.Written);
    }
}
