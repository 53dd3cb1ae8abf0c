using DataForge.Corpus;
using DataForge.Corpus.Counts;

namespace DataForge.Dedup.Dataset;

/// <summary>What remained after a step of the build.</summary>
/// <param name="Name">The step, in words.</param>
/// <param name="Count">Occurrences or contents, as the name says.</param>
/// <param name="Bytes">Their source bytes; null if the step does not count them.</param>
public sealed record FunnelFigure(string Name, long Count, long? Bytes);

/// <summary>What a rule dropped.</summary>
/// <param name="Stage">The stage that applies the rule: clean or dedup.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Thresholds">The thresholds in <c>dropped/</c>; empty for a rule without a threshold.</param>
/// <param name="Occurrences">Occurrences that it dropped.</param>
/// <param name="Contents">Contents that it dropped as a whole, with their occurrences.</param>
public sealed record RuleFigure(string Stage, string Rule, IReadOnlyList<string> Thresholds, long Occurrences, long Contents);

/// <summary>Files of the dataset that share a property.</summary>
/// <param name="Name">A licence, a class of licences, or an upper bound of sizes.</param>
/// <param name="Files">How many files.</param>
public sealed record NamedFigure(string Name, long Files);

/// <summary>A repository's share of the dataset.</summary>
/// <param name="Name">The repository's name.</param>
/// <param name="Files">Its files.</param>
/// <param name="Bytes">Their source bytes.</param>
public sealed record RepositoryFigure(string Name, long Files, long Bytes);

/// <summary>The dataset's size.</summary>
/// <param name="Files">Distinct files.</param>
/// <param name="Occurrences">Places where these were found.</param>
/// <param name="Bytes">Their source bytes.</param>
/// <param name="Repositories">Repositories they are attributed to.</param>
/// <param name="Shards">Parquet files.</param>
/// <param name="ShardBytes">Length of the Parquet files in bytes.</param>
public sealed record DatasetSize(long Files, long Occurrences, long Bytes, long Repositories, long Shards, long ShardBytes);

/// <summary>The duplicates that were found.</summary>
/// <param name="Exact">Contents dropped as exact duplicates.</param>
/// <param name="Near">Contents dropped as near duplicates.</param>
/// <param name="Clusters">Clusters of near duplicates, with two files or more.</param>
/// <param name="ClusteredFiles">Files in clusters, kept ones included.</param>
/// <param name="LargestCluster">Files in the largest cluster.</param>
public sealed record DuplicateFigures(long Exact, long Near, long Clusters, long ClusteredFiles, long LargestCluster)
{
    /// <summary>The figures of a run.</summary>
    /// <param name="dedup">The sums of the counts of its removal of duplicates.</param>
    public static DuplicateFigures Of(CountTable dedup) => new(
        dedup[CountName.DroppedContents.Of(RuleNames.ExactDuplicate)], dedup[CountName.DroppedContents.Of(RuleNames.NearDuplicate)],
        dedup[CountName.ClustersCount], dedup[CountName.ClustersFiles], dedup[CountName.ClustersLargest]);
}

/// <summary>The dataset of an earlier build that this one extends.</summary>
/// <param name="Files">Its files, which are not files of this dataset.</param>
/// <param name="Twins">Contents of this build that were dropped because their kept twin is in that dataset.</param>
public sealed record BaseFigures(long Files, long Twins);
