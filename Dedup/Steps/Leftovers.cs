using DataForge.Corpus.Runs;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>Removes what an earlier state of the run left, so that the stage's folders hold what its manifest says and nothing else.</summary>
internal static class Leftovers
{
    private static readonly string[] Folders = [WorkFiles.DataFolder, WorkFiles.DroppedFolder, WorkFiles.WorkFolder, WorkFiles.Folder];

    /// <summary>
    /// Removes parts the stage no longer has, and shards of another plan: <c>train-00000-of-00002</c> and <c>-of-00003</c> belong to one part, so writing
    /// the one anew would leave the other.
    /// </summary>
    public static void Remove(Run run, IReadOnlySet<string> parts, ShardPlan plan)
    {
        HashSet<string> shards = [.. Enumerable.Range(0, plan.Count).Select(shard => WorkFiles.Shard(shard, plan.Count))];
        IEnumerable<string> stale = run.Manifest.Entries(DedupStage.StageName)
            .Where(entry => entry.Outputs.Any(output => output.Path.StartsWith(WorkFiles.DataFolder, StringComparison.Ordinal) && !shards.Contains(output.Path)))
            .Select(entry => entry.Part);
        run.Manifest.KeepOnly(DedupStage.StageName, parts.Except(stale).ToHashSet());

        // A process killed between naming a file and writing its manifest entry leaves one that no entry knows.
        HashSet<string> planned = [.. shards, .. Enumerable.Range(0, plan.Count).Select(WorkFiles.Dropped)];
        foreach (string folder in new[] { WorkFiles.DataFolder, WorkFiles.DroppedFolder }.Where(folder => Directory.Exists(run.PathOf(folder))))
        {
            foreach (string file in Directory.EnumerateFiles(run.PathOf(folder), "*.parquet").Where(file => !planned.Contains($"{folder}/{Path.GetFileName(file)}")))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Removes the temporary files of a process that was killed. Only when all parts are whole, so that nobody is writing one.</summary>
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
