using System.Globalization;

namespace DataForge.Dedup.Store;

/// <summary>Where the stage keeps its files, relative to the run's folder, and what its parts are called.</summary>
internal static class WorkFiles
{
    /// <summary>The stage's folder.</summary>
    public const string Folder = "3-dataset";

    /// <summary>The dataset's shards.</summary>
    public const string DataFolder = Folder + "/data";

    /// <summary>Intermediate files.</summary>
    public const string WorkFolder = Folder + "/work";

    /// <summary>What left, and why.</summary>
    public const string DroppedFolder = "dropped/" + Folder;

    /// <summary>The part that orders all files.</summary>
    public const string RanksPart = "ranks";

    /// <summary>The part that decides which files stay.</summary>
    public const string SelectionPart = "selection";

    /// <summary>The part that checks a sample by brute force.</summary>
    public const string AuditPart = "audit";

    /// <summary>The part that tells of the dataset.</summary>
    public const string CardPart = "card";

    /// <summary>The dataset card.</summary>
    public const string Card = Folder + "/README.md";

    /// <summary>The attribution.</summary>
    public const string Notice = Folder + "/NOTICE";

    /// <summary>The order of all files.</summary>
    public const string Ranks = WorkFolder + "/ranks.words";

    /// <summary>By file, what was decided.</summary>
    public const string Selection = WorkFolder + "/selection.words";

    /// <summary>Which parts of signatures the selection is about.</summary>
    public const string Sources = WorkFolder + "/sources.json";

    /// <summary>How the dataset is cut.</summary>
    public const string ShardPlan = WorkFolder + "/shards.json";

    /// <summary>The clusters' members.</summary>
    public const string Clusters = Folder + "/clusters.parquet";

    /// <summary>The clusters' sizes.</summary>
    public const string ClusterReport = Folder + "/clusters.json";

    /// <summary>Every near pair, where asked for.</summary>
    public const string Pairs = Folder + "/pairs.parquet";

    /// <summary>What the audit found.</summary>
    public const string Audit = Folder + "/audit.json";

    public static string SignaturesPart(string number) => "signatures-" + number;

    public static string Signatures(string number) => $"{WorkFolder}/part-{number}.signatures";

    public static string Shingles(string number) => $"{WorkFolder}/part-{number}.shingles";

    public static string RankRun(string number) => $"{WorkFolder}/part-{number}.ranks";

    public static string CandidatesPart(int group) => Named($"candidates-{group:D2}");

    public static string CandidatePairs(int group) => Named($"{WorkFolder}/candidates-{group:D2}.pairs");

    public static string HotBuckets(int group) => Named($"{WorkFolder}/candidates-{group:D2}.hot");

    public static string DatasetPart(int shard) => Named($"dataset-{shard:D5}");

    public static string Shard(int shard, int shards) => Named($"{DataFolder}/train-{shard:D5}-of-{shards:D5}.parquet");

    public static string Dropped(int shard) => Named($"{DroppedFolder}/part-{shard:D5}.parquet");

    private static string Named(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
