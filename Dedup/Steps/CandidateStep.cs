using DataForge.Corpus.Runs;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>The third step, a part for each group of bands: which files share a band.</summary>
internal static class CandidateStep
{
    // Enough to share among workers, few enough that intermediate files are not small.
    private const int MaxGroups = 12;

    /// <summary>Groups that the bands of a plan are put into; depends on nothing else.</summary>
    public static int Groups(BandPlan plan) => Math.Min(plan.Bands, MaxGroups);

    /// <summary>Computes one group.</summary>
    public static void Compute(Sources sources, int group, DedupOptions options, JoinMemory memory, PartOutput output, CancellationToken cancellation)
    {
        BandPlan plan = BandPlan.For(options.Threshold, options.MissProbability);
        int groups = Groups(plan);
        using SignatureParts signatures = sources.OpenSignatures();
        (int[] ranks, int baseKept) = memory.Ranks;
        JoinBuffers buffers = memory.Take();
        // Half of the memory sorts bands, a quarter each gathers pairs and members of hot buckets.
        var join = new BandJoin(signatures, ranks, sources.BaseParts, baseKept, options.AllPairs, options.SortMemory / 2, buffers.Band);
        using var pairs = new WordRunWriter(output.Create(WorkFiles.CandidatePairs(group)), ranks.Length, isPair: true, options.SortMemory / 4, buffers.Pairs);
        using var hot = new WordRunWriter(output.Create(WorkFiles.HotBuckets(group)), ranks.Length, isPair: false, options.SortMemory / 4, buffers.Hot);
        for (int band = group * plan.Bands / groups; band < (group + 1) * plan.Bands / groups; band++)
        {
            join.Join(band, pairs, hot, cancellation);
        }

        pairs.Close();
        hot.Close();
        memory.Return(buffers);
        output.Add(HotBucketCount, join.HotBuckets);
        output.Add("candidates.pairs", pairs.Written);
        output.Add("candidates.hot_members", hot.Written);
    }

    /// <summary>The count under which a part states its hot buckets.</summary>
    public const string HotBucketCount = "candidates.hot_buckets";
}
