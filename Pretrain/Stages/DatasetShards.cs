using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Pretrain.Stages;

/// <summary>One row group of one dataset shard: what one worker reads at a time.</summary>
internal readonly record struct RowGroup(string Path, int Index);

/// <summary>The shards of the dataset, as the run's manifest lists them.</summary>
internal static class DatasetShards
{
    /// <summary>The shards in ordinal order of their paths; empty if the run has no dataset.</summary>
    public static IReadOnlyList<ManifestOutput> Find(Run run) =>
        [.. run.Manifest.Entries(StageNames.Dedup).SelectMany(entry => entry.Outputs)
            .Where(output => output.Path.StartsWith(RunPaths.DatasetShards + "/", StringComparison.Ordinal))
            .OrderBy(output => output.Path, StringComparer.Ordinal)];

    /// <summary>The shards in ordinal order of their paths.</summary>
    /// <exception cref="DataForgeException">The run has no dataset yet.</exception>
    public static IReadOnlyList<ManifestOutput> Require(Run run)
    {
        IReadOnlyList<ManifestOutput> shards = Find(run);
        return shards.Count > 0
            ? shards
            : throw DataForgeException.Usage($"The run '{run.Name}' has no dataset yet: run dataforge build, or the stages up to dedup.");
    }

    /// <summary>The row groups of the shards, in order.</summary>
    public static IReadOnlyList<RowGroup> RowGroups(Run run, IEnumerable<ManifestOutput> shards)
    {
        var groups = new List<RowGroup>();
        foreach (ManifestOutput shard in shards)
        {
            string path = run.PathOf(shard.Path);
            using var reader = new CorpusShard.Reader(path);
            groups.AddRange(Enumerable.Range(0, reader.RowGroupCount).Select(index => new RowGroup(path, index)));
        }

        return groups;
    }

    /// <summary>Calls <paramref name="read"/> with some columns of a row group, which are valid during the call.</summary>
    public static T Read<T>(RowGroup group, Func<CorpusShard.Rows, T> read, params Column[] columns)
    {
        using var reader = new CorpusShard.Reader(group.Path);
        using CorpusShard.Rows rows = reader.ReadRowGroup(group.Index, columns);
        return read(rows);
    }
}
