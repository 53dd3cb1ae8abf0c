using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The fourth step, one part: verifies candidates, decides which files stay, and cuts the dataset. Memory: 52 bytes a file (12 the ranks, 16 the
/// decisions, 4 the clusters, 20 while outcomes are gathered), 4 a hot bucket and 8 for each place of a kept file in one; sets are read as needed.
/// </summary>
internal static class SelectionStep
{
    /// <summary>The count under which the part states the dropped files whose twin is in the base's dataset; not there without a base.</summary>
    public const string TwinsInBaseCount = "selection.twins_in_base";

    /// <summary>Computes the part.</summary>
    public static void Compute(
        StageContext context, Sources sources, IReadOnlyList<ManifestEntry> candidates, DedupOptions options, PartOutput output,
        CancellationToken cancellation)
    {
        Run run = context.Run;
        using SignatureParts signatures = sources.OpenSignatures();
        RankTable ranks = RankTable.Read(run.PathOf(WorkFiles.Ranks));
        using var sets = new StoredShingleSets(signatures, ranks, sources.Shingles);
        using var pairs = new WordRunReader(candidates.Select((_, group) => run.PathOf(WorkFiles.CandidatePairs(group))), ranks.Count);
        using var hot = new WordRunReader(candidates.Select((_, group) => run.PathOf(WorkFiles.HotBuckets(group))), ranks.Count);
        (uint[] offsets, long hotBuckets) = Offsets(candidates);
        PairFile? pairFile = options.AllPairs ? new PairFile() : null;
        using StageProgress progress = context.Progress(DedupStage.StageName, "files", ranks.Count);
        var selector = new Selector(sets, ranks.FirstOf, options.Threshold, context.Workers)
        {
            AllPairs = options.AllPairs,
            OnEdge = pairFile is null ? null : pairFile.Add,
        };
        SelectionResult result = selector.Run(pairs, hot, offsets, hotBuckets, done => progress.Advance(done), cancellation);

        SelectionFile.Write(output.Create(WorkFiles.Selection), result, ranks, signatures);
        sources.Write(output.Create(WorkFiles.Sources));
        ShardPlan plan = ShardPlan.Cut(result, ranks.RankOf, signatures, sources.BaseParts, options.ShardBytes);
        File.WriteAllBytes(output.Create(WorkFiles.ShardPlan), CanonicalJson.Write(plan));
        var clusters = new ClusterFiles(result, ranks, signatures);
        output.SetRows(WorkFiles.Clusters, clusters.WriteMembers(output.Create(WorkFiles.Clusters)));
        File.WriteAllBytes(output.Create(WorkFiles.ClusterReport), CanonicalJson.Write(clusters.Report));
        if (pairFile is not null)
        {
            output.SetRows(WorkFiles.Pairs, pairFile.Write(output.Create(WorkFiles.Pairs), ranks, signatures));
        }

        output.Add("selection.verified_pairs", result.VerifiedPairs);
        output.Add("selection.spared_pairs", result.SparedPairs);
        output.Add("selection.edges", result.Edges);
        if (sources.BaseParts > 0)
        {
            output.Add(TwinsInBaseCount, result.Twins.LongCount(twin => twin != SelectionResult.Kept && twin < ranks.BaseKept));
        }

        output.Add("clusters.count", clusters.Report.Clusters);
        output.Add("clusters.files", clusters.Report.ClusteredFiles);
        output.Add("clusters.largest", clusters.Report.Largest.Count > 0 ? clusters.Report.Largest[0].Files : 0);
        if (clusters.Report.Giants > 0)
        {
            context.Events.Write(Note.Warning(
                $"{clusters.Report.Giants} clusters of near duplicates have {ClusterFiles.Giant} files or more; {WorkFiles.ClusterReport} lists them"));
        }
    }

    // Each group numbers its hot buckets from 0.
    private static (uint[] Offsets, long Buckets) Offsets(IReadOnlyList<ManifestEntry> candidates)
    {
        var offsets = new uint[candidates.Count];
        long sum = 0;
        for (int group = 0; group < offsets.Length; group++)
        {
            offsets[group] = checked((uint)sum);
            sum += candidates[group].Count(CandidateStep.HotBucketCount);
        }

        return (offsets, sum);
    }
}
