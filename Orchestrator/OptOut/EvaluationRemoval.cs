using DataForge.Corpus.Runs;
using DataForge.Evaluation.Scoring;

namespace DataForge.Orchestrator.OptOut;

/// <summary>
/// Removes the evaluations of a run's model: the samples that it wrote, and the results, can repeat what it was trained on. An evaluation
/// can be made again.
/// </summary>
internal static class EvaluationRemoval
{
    /// <summary>Marks all files of evaluations below the run's folder for removal; returns the folders that hold them.</summary>
    public static IReadOnlyList<string> Rewrite(RunRewrite run)
    {
        string root = run.Run.PathOf("");
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            if (EvaluationFiles.All.Contains(Path.GetFileName(file)))
            {
                string relative = Path.GetRelativePath(root, file);
                run.Remove(relative);
                folders.Add(Path.GetDirectoryName(relative)!);
            }
        }

        return [.. folders];
    }
}
