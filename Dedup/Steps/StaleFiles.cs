using DataForge.Corpus.Runs;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>Removes files of earlier builds of the run, so that the stage's folders contain only the files in its manifest.</summary>
internal static class StaleFiles
{
    private static readonly string[] Folders =
        [RunPaths.DatasetShards, RunPaths.DroppedByDedup, DedupPaths.IntermediateFolder, RunPaths.Dataset];

    /// <summary>
    /// Removes parts that the stage no longer has, and shards of another plan: <c>train-00000-of-00002</c> and <c>-of-00003</c> belong to
    /// the same part, so writing the one would not remove the other.
    /// </summary>
    public static void Remove(Run run, IReadOnlySet<string> parts, ShardPlan plan)
    {
        HashSet<string> shards = [.. Enumerable.Range(0, plan.Count).Select(shard => DedupPaths.Shard(shard, plan.Count))];
        IEnumerable<string> stale = run.Manifest.Entries(StageNames.Dedup)
            .Where(entry => entry.Outputs.Any(output => DedupPaths.IsShard(output) && !shards.Contains(output.Path)))
            .Select(entry => entry.Part);
        run.Manifest.KeepOnly(StageNames.Dedup, parts.Except(stale).ToHashSet());

        // A process killed between renaming a file and writing its manifest entry leaves a file without an entry.
        HashSet<string> planned = [.. shards, .. Enumerable.Range(0, plan.Count).Select(DedupPaths.Dropped)];
        string[] folders = [RunPaths.DatasetShards, RunPaths.DroppedByDedup];
        foreach (string folder in folders.Where(folder => Directory.Exists(run.PathOf(folder))))
        {
            IEnumerable<string> files = Directory.EnumerateFiles(run.PathOf(folder), "*.parquet");
            foreach (string file in files.Where(file => !planned.Contains($"{folder}/{Path.GetFileName(file)}")))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>
    /// Removes the temporary files of killed processes. To be called only when all parts are complete, so that no process is writing one.
    /// </summary>
    public static void RemoveTemporary(Run run)
    {
        foreach (string folder in Folders.Select(run.PathOf).Where(Directory.Exists))
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*.tmp"))
            {
                File.Delete(file);
            }
        }
    }
}
