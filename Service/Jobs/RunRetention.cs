using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Service.Settings;

namespace DataForge.Service.Jobs;

/// <summary>Removes old runs of a schedule whose times have runs of their own. What was crawled stays.</summary>
internal static class RunRetention
{
    /// <summary>Removes runs; returns the names of those removed.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="runs">Its runs that are finished, the newest first.</param>
    /// <exception cref="DataForgeException">An opt-out is being applied, or a run cannot be read.</exception>
    public static IReadOnlyList<string> Apply(ScheduleOptions schedule, IReadOnlyList<string> runs)
    {
        if (schedule.KeepRuns == 0 || runs.Count <= schedule.KeepRuns || !Directory.Exists(schedule.Workspace))
        {
            return [];
        }

        Workspace workspace = Workspace.Open(schedule.Workspace);
        using FileLock held = OptOutLock.Share(workspace);
        HashSet<string> extended = BasesOf(workspace);
        string[] old =
        [
            .. runs.Skip(schedule.KeepRuns)
                .Where(name => !extended.Contains(name) && Directory.Exists(Path.Combine(workspace.RunsFolder, name))),
        ];
        foreach (string name in old)
        {
            // The manifest first: other runs reuse the parts that it names.
            string folder = Path.Combine(workspace.RunsFolder, name);
            string manifest = Path.Combine(folder, RunPaths.Manifest);
            if (Directory.Exists(manifest))
            {
                Directory.Delete(manifest, recursive: true);
            }

            Directory.Delete(folder, recursive: true);
        }

        return old;
    }

    // Runs that others extend (dedup.base).
    private static HashSet<string> BasesOf(Workspace workspace) =>
        [.. workspace.RunNames().Select(name => RunOptions.Of(Run.Open(workspace, name)).Dedup.Base).OfType<string>()];
}
