using DataForge.Corpus.Runs;

namespace DataForge.Inspection;

/// <summary>The published shards of a run's dataset.</summary>
internal static class DatasetShards
{
    /// <summary>The shards, in ordinal order of their paths; none if the run has no dataset.</summary>
    public static IEnumerable<ManifestOutput> Of(Run run) => In(run.Manifest.Entries(StageNames.Dedup));

    /// <summary>The shards that these entries state, in ordinal order of their paths.</summary>
    public static IEnumerable<ManifestOutput> In(IEnumerable<ManifestEntry> entries) => entries
        .SelectMany(entry => entry.Outputs)
        .Where(IsShard)
        .OrderBy(output => output.Path, StringComparer.Ordinal);

    /// <summary>Whether a file is a published shard.</summary>
    public static bool IsShard(ManifestOutput output) => output.Path.StartsWith(RunPaths.DatasetShards + "/", StringComparison.Ordinal);
}
