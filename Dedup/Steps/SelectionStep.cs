using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The fourth step, one part: verifies candidates, decides which files are kept, and cuts the dataset into shards. Memory: 52 bytes per
/// file (12 for ranks, 16 for decisions, 4 for clusters, 20 while the result is written), 4 per hot bucket, and 8 for each kept file in
/// one; sets are read as needed.
/// </summary>
internal static class SelectionStep
{
    /// <summary>Computes the part.</summary>
    public static void Compute(
        StageContext context, DedupInput input, IReadOnlyList<ManifestEntry> candidates, DedupOptions options, PartOutput output,
        CancellationToken cancellation)
    {
        Run run = context.Run;
        using SignatureParts signatures = input.OpenSignatures();
        RankTable ranks = RankTable.Read(run.PathOf(DedupPaths.Ranks));
        using var sets = new StoredShingleSets(signatures, ranks, input.Shingles);
        using var pairs = new WordRunReader(candidates.Select((_, group) => run.PathOf(DedupPaths.CandidatePairs(group))), ranks.Count);
        using var hot = new WordRunReader(candidates.Select((_, group) => run.PathOf(DedupPaths.HotBuckets(group))), ranks.Count);
        (uint[] offsets, long hotBuckets) = Offsets(candidates);
        PairFile? pairFile = options.AllPairs ? new PairFile() : null;
        using StageProgress progress = context.Progress(StageNames.Dedup, "files", ranks.Count);
        var selector = new Selector(sets, ranks.FirstOf, options.Threshold, context.Workers)
        {
            AllPairs = options.AllPairs,
            OnEdge = pairFile is null ? null : pairFile.Add,
        };
        SelectionResult result = selector.Run(pairs, hot, offsets, hotBuckets, done => progress.Advance(done), cancellation);

        SelectionFile.Write(output.Create(DedupPaths.Selection), result, ranks, signatures);
        input.Write(output.Create(DedupPaths.Sources));
        ShardPlan plan = ShardPlan.Cut(result, ranks.RankOf, signatures, input.BaseParts, options.ShardBytes);
        File.WriteAllBytes(output.Create(DedupPaths.ShardPlan), DedupJson.Write(plan));
        var clusters = new ClusterFiles(result, ranks, signatures);
        output.SetRows(DedupPaths.Clusters, clusters.WriteMembers(output.Create(DedupPaths.Clusters)));
        File.WriteAllBytes(output.Create(DedupPaths.ClusterReport), DedupJson.Write(clusters.Report));
        if (pairFile is not null)
        {
            output.SetRows(DedupPaths.Pairs, pairFile.Write(output.Create(DedupPaths.Pairs), ranks, signatures));
        }

        output.Add(CountName.SelectionVerifiedPairs, result.VerifiedPairs);
        output.Add(CountName.SelectionSparedPairs, result.SparedPairs);
        output.Add(CountName.SelectionEdges, result.Edges);
        if (input.BaseParts > 0)
        {
            long twins = result.Twins.LongCount(twin => twin != SelectionResult.Kept && twin < ranks.BaseKept);
            output.Add(CountName.SelectionTwinsInBase, twins);
        }

        output.Add(CountName.ClustersCount, clusters.Report.Clusters);
        output.Add(CountName.ClustersFiles, clusters.Report.ClusteredFiles);
        output.Add(CountName.ClustersLargest, clusters.Report.Largest.Count > 0 ? clusters.Report.Largest[0].Files : 0);
        if (clusters.Report.Giants > 0)
        {
            context.Events.Write(Note.Warning(
                $"{clusters.Report.Giants} clusters of near duplicates have {ClusterFiles.Giant} files or more; "
                + $"{DedupPaths.ClusterReport} lists them"));
        }
    }

    // Each group numbers its hot buckets from 0, so the buckets of the groups before it are added.
    private static (uint[] Offsets, long Buckets) Offsets(IReadOnlyList<ManifestEntry> candidates)
    {
        var offsets = new uint[candidates.Count];
        long sum = 0;
        for (int group = 0; group < offsets.Length; group++)
        {
            offsets[group] = checked((uint)sum);
            sum += candidates[group].Count(CountName.CandidatesHotBuckets);
        }

        return (offsets, sum);
    }
}
