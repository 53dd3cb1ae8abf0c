using System.Globalization;
using DataForge.Corpus.Runs;

namespace DataForge.Dedup.Store;

/// <summary>The paths of the stage's files, relative to the run's folder, and the names of its parts.</summary>
internal static class DedupPaths
{
    /// <summary>The intermediate files.</summary>
    public const string IntermediateFolder = RunPaths.Dataset + "/work";

    /// <summary>The part that orders all files.</summary>
    public const string RanksPart = "ranks";

    /// <summary>The part that decides which files are kept.</summary>
    public const string SelectionPart = "selection";

    /// <summary>The part that checks a sample by brute force.</summary>
    public const string AuditPart = "audit";

    /// <summary>The part that writes the dataset card.</summary>
    public const string CardPart = "card";

    /// <summary>The order of all files (<see cref="Ranking.RankTable"/>).</summary>
    public const string Ranks = IntermediateFolder + "/ranks.words";

    /// <summary>By file, what was decided (<see cref="Selection.SelectionFile"/>).</summary>
    public const string Selection = IntermediateFolder + "/selection.words";

    /// <summary>The parts of signatures that the selection covers.</summary>
    public const string Sources = IntermediateFolder + "/sources.json";

    /// <summary>How the dataset is cut into shards.</summary>
    public const string ShardPlan = IntermediateFolder + "/shards.json";

    /// <summary>The members of the clusters.</summary>
    public const string Clusters = RunPaths.Dataset + "/clusters.parquet";

    /// <summary>The sizes of the clusters.</summary>
    public const string ClusterReport = RunPaths.Dataset + "/clusters.json";

    /// <summary>Every near pair, where it is asked for.</summary>
    public const string Pairs = RunPaths.Dataset + "/pairs.parquet";

    /// <summary>The result of the audit.</summary>
    public const string Audit = RunPaths.Dataset + "/audit.json";

    private const string SignaturesPrefix = "signatures-";
    private const string CandidatesPrefix = "candidates-";
    private const string DatasetPrefix = "dataset-";

    /// <summary>The part that reads a part of <c>2-clean</c>.</summary>
    public static string SignaturesPart(string number) => SignaturesPrefix + number;

    /// <summary>The signatures of a part's files.</summary>
    public static string Signatures(string number) => $"{IntermediateFolder}/part-{number}.signatures";

    /// <summary>The shingle sets of a part's files.</summary>
    public static string Shingles(string number) => $"{IntermediateFolder}/part-{number}.shingles";

    /// <summary>The rank keys of a part's files, in order.</summary>
    public static string RankRun(string number) => $"{IntermediateFolder}/part-{number}.ranks";

    /// <summary>The part that joins a group of bands.</summary>
    public static string CandidatesPart(int group) => Invariant($"{CandidatesPrefix}{group:D2}");

    /// <summary>The candidate pairs of a group of bands.</summary>
    public static string CandidatePairs(int group) => Invariant($"{IntermediateFolder}/{CandidatesPrefix}{group:D2}.pairs");

    /// <summary>The members of the hot buckets of a group of bands.</summary>
    public static string HotBuckets(int group) => Invariant($"{IntermediateFolder}/{CandidatesPrefix}{group:D2}.hot");

    /// <summary>The part that writes a shard of the dataset.</summary>
    public static string DatasetPart(int shard) => Invariant($"{DatasetPrefix}{shard:D5}");

    /// <summary>A shard of the dataset.</summary>
    public static string Shard(int shard, int shards) => Invariant($"{RunPaths.DatasetShards}/train-{shard:D5}-of-{shards:D5}.parquet");

    /// <summary>The dropped files that a shard accounts for.</summary>
    public static string Dropped(int shard) => Invariant($"{RunPaths.DroppedByDedup}/part-{shard:D5}.parquet");

    /// <summary>Whether a part joins a group of bands.</summary>
    public static bool IsCandidatesPart(string part) => part.StartsWith(CandidatesPrefix, StringComparison.Ordinal);

    /// <summary>Whether a part writes a shard of the dataset.</summary>
    public static bool IsDatasetPart(string part) => part.StartsWith(DatasetPrefix, StringComparison.Ordinal);

    /// <summary>Whether a file is a shard of the dataset.</summary>
    public static bool IsShard(ManifestOutput output) => output.Path.StartsWith(RunPaths.DatasetShards + "/", StringComparison.Ordinal);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
