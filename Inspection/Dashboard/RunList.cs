using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>A run of one of the workspaces.</summary>
/// <param name="Workspace">The number of its workspace, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Changed">When its logs, or else its folder, last changed, in UTC.</param>
internal sealed record ListedRun(int Workspace, string Name, string Folder, DateTime Changed)
{
    /// <summary>The address of the run's page.</summary>
    public string Address => $"/runs/{Name}{Query}";

    /// <summary>The address of the page's parts.</summary>
    public string FragmentAddress => $"/runs/{Name}/fragment{Query}";

    /// <summary>The address that reports changes.</summary>
    public string LiveAddress => $"/runs/{Name}/live{Query}";

    private string Query => Workspace > 0 ? $"?workspace={Workspace}" : "";
}

/// <summary>The runs of some workspaces. Their folders are listed again at each call. Thread-safe.</summary>
/// <param name="workspaces">The folders of the workspaces, which need not exist yet.</param>
internal sealed class RunList(IReadOnlyList<string> workspaces)
{
    private const int MostGlances = 2000;

    private readonly Lock _lock = new();

    // Run folder → what it looked like, and the stamp of then.
    private readonly Dictionary<string, (string Stamp, RunGlance Glance)> _glances = new(StringComparer.Ordinal);

    /// <summary>The folder of a workspace.</summary>
    public string FolderOf(ListedRun run) => workspaces[run.Workspace];

    /// <summary>All runs; those that changed last come first.</summary>
    public IReadOnlyList<ListedRun> All() =>
    [
        .. Enumerable.Range(0, workspaces.Count).SelectMany(RunsOf)
            .OrderByDescending(run => run.Changed).ThenBy(run => run.Name, StringComparer.Ordinal),
    ];

    /// <summary>
    /// A run by its name; null if there is none. The name is compared with those that exist and never made part of a path.
    /// </summary>
    public ListedRun? Find(string? name, int workspace) => workspace >= 0 && workspace < workspaces.Count
        ? RunsOf(workspace).FirstOrDefault(run => run.Name == name)
        : null;

    /// <summary>What the list shows of a run; null if its files cannot be read.</summary>
    public RunGlance? Glance(ListedRun run, DateTimeOffset now)
    {
        try
        {
            string stamp = RunStamp.Of(run.Folder);
            lock (_lock)
            {
                // A run without an end may have become an interrupted one without a change.
                if (_glances.TryGetValue(run.Folder, out (string Stamp, RunGlance Glance) known) && known.Stamp == stamp
                    && known.Glance.State != RunState.Running)
                {
                    return known.Glance;
                }
            }

            RunGlance glance = RunGlance.Of(run.Folder, now);
            lock (_lock)
            {
                if (_glances.Count >= MostGlances)
                {
                    _glances.Clear();
                }

                _glances[run.Folder] = (stamp, glance);
            }

            return glance;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DataForgeException)
        {
            return null;
        }
    }

    private IEnumerable<ListedRun> RunsOf(int workspace)
    {
        var folder = new DirectoryInfo(Workspace.RunsFolderOf(Path.GetFullPath(workspaces[workspace])));
        return folder.Exists
            ? folder.EnumerateDirectories().Where(run => run.LinkTarget is null).Select(run => new ListedRun(
                workspace, run.Name, run.FullName,
                RunEnd.Logs(run.FullName).Select(log => log.LastWriteTimeUtc).DefaultIfEmpty(run.LastWriteTimeUtc).Max()))
            : [];
    }
}
