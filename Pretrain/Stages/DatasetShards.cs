using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Pretrain.Stages;

/// <summary>One row group of one dataset shard: what one worker reads at a time.</summary>
internal readonly record struct RowGroup(string Path, int Index);

/// <summary>The dataset as the run's manifest names it.</summary>
internal static class DatasetShards
{
    private const string Folder = "3-dataset/data/";

    /// <summary>The shards, in order.</summary>
    /// <exception cref="DataForgeException">The run has no dataset yet.</exception>
    public static IReadOnlyList<ManifestOutput> Of(Run run)
    {
        ManifestOutput[] shards = [.. run.Manifest.Entries("dedup").SelectMany(entry => entry.Outputs)
            .Where(output => output.Path.StartsWith(Folder, StringComparison.Ordinal))
            .OrderBy(output => output.Path, StringComparer.Ordinal)];
        return shards.Length > 0
            ? shards
            : throw DataForgeException.Usage($"The run '{run.Name}' has no dataset yet: run dataforge build, or the stages up to dedup.");
    }

    /// <summary>The row groups of some shards, in order.</summary>
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

    /// <summary>Calls <paramref name="read"/> with the columns of a row group.</summary>
    public static T Read<T>(RowGroup group, Func<CorpusShard.Rows, T> read, params string[] columns)
    {
        using var reader = new CorpusShard.Reader(group.Path);
        using CorpusShard.Rows rows = reader.ReadRowGroup(group.Index, columns);
        return read(rows);
    }
}
