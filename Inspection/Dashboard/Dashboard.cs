using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;

namespace DataForge.Inspection.Dashboard;

/// <summary>A page.</summary>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Html">Its HTML.</param>
internal sealed record DashboardAnswer(int Status, string Html);

/// <summary>
/// The pages of the dashboard, made from run folders alone: manifests, event logs, and the rows of dropped duplicates. Nothing is changed.
/// Thread-safe.
/// </summary>
/// <param name="workspaces">The folders of the workspaces, in order; none may exist yet.</param>
/// <param name="time">The clock.</param>
internal sealed class Dashboard(IReadOnlyList<string> workspaces, TimeProvider time)
{
    // Each keeps what it read of a run, at most a few megabytes.
    private const int MostReaders = 16;

    private readonly Lock _lock = new();
    private readonly RunList _runs = new(workspaces);
    private readonly RunChanges _changes = new(time);
    private readonly DropHistory _drops = new();

    // The readers in use, the one used last at the end, and when its workspace's list of opt-outs was written.
    private readonly List<(string Folder, RunReader Reader, DateTime OptOuts)> _readers = [];

    /// <summary>The list of runs.</summary>
    /// <param name="page">The page of the list, from 1.</param>
    public DashboardAnswer Start(int page) => new(200, StartPage.Write(_runs, page, time.GetUtcNow()));

    /// <summary>The page of a run.</summary>
    /// <param name="name">The run's name, as given.</param>
    /// <param name="workspace">The number of its workspace, from 0.</param>
    public DashboardAnswer Run(string? name, int workspace) => Show(name, workspace, RunPage.Write);

    /// <summary>The parts of a run's page, without the rest of it.</summary>
    /// <param name="name">The run's name, as given.</param>
    /// <param name="workspace">The number of its workspace, from 0.</param>
    public DashboardAnswer Fragment(string? name, int workspace) => Show(name, workspace, static (view, _) => RunPage.Parts(view));

    /// <summary>Two runs side by side.</summary>
    /// <param name="left">The first as the page's address names it; null for the run before the latest.</param>
    /// <param name="right">The second; null for the latest.</param>
    public DashboardAnswer Compare(string? left, string? right)
    {
        IReadOnlyList<ListedRun> runs = _runs.All();
        ListedRun? first = left is null ? runs.ElementAtOrDefault(1) : runs.FirstOrDefault(run => ComparePage.Key(run) == left);
        ListedRun? second = right is null ? runs.ElementAtOrDefault(0) : runs.FirstOrDefault(run => ComparePage.Key(run) == right);
        if ((first is null && left is not null) || (second is null && right is not null))
        {
            return NotFound();
        }

        return Guard(() => new(200, ComparePage.Write(runs, Compared(first), Compared(second))));
    }

    /// <summary>What the rules dropped, run after run.</summary>
    public DashboardAnswer Drops() => new(200, DropsPage.Write(_drops.Of(_runs.All())));

    /// <summary>An item for each change of a run, from now on; null if there is no such run.</summary>
    /// <param name="name">The run's name, as given.</param>
    /// <param name="workspace">The number of its workspace, from 0.</param>
    /// <param name="cancellation">Ends the changes.</param>
    public IAsyncEnumerable<bool>? Changes(string? name, int workspace, CancellationToken cancellation) =>
        _runs.Find(name, workspace) is { } run ? _changes.Watch(run.Folder, cancellation) : null;

    /// <summary>The number of a workspace in an address; -1 where it is none.</summary>
    public static int WorkspaceOf(string? text) => string.IsNullOrEmpty(text) ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : -1;

    private DashboardAnswer Show(string? name, int workspace, Func<RunView, ListedRun, string> write) =>
        _runs.Find(name, workspace) is { } run
            ? Guard(() => new(200, ReaderOf(run).Read(view => write(view, run))))
            : NotFound();

    private ComparedRun? Compared(ListedRun? run) =>
        run is null ? null : new ComparedRun(run, ReaderOf(run).Read(RunFigures.Of));

    private RunReader ReaderOf(ListedRun run)
    {
        lock (_lock)
        {
            // What a reader has read may hold names that an opt-out removed since.
            DateTime optOuts = File.GetLastWriteTimeUtc(WorkspaceOptOuts.FileIn(_runs.FolderOf(run)));
            int at = _readers.FindIndex(known => known.Folder == run.Folder);
            RunReader? reader = at >= 0 && _readers[at].OptOuts == optOuts ? _readers[at].Reader : null;
            if (at >= 0)
            {
                _readers.RemoveAt(at);
            }

            reader ??= RunReader.Open(_runs.FolderOf(run), run.Name, time);
            if (_readers.Count == MostReaders)
            {
                _readers.RemoveAt(0);
            }

            _readers.Add((run.Folder, reader, optOuts));
            return reader;
        }
    }

    private static DashboardAnswer NotFound() =>
        new(404, PageShell.Message("No such run", "There is no run of that name; see the list of runs."));

    // A run that is damaged, or being changed by a removal request, is no fault of the dashboard.
    private static DashboardAnswer Guard(Func<DashboardAnswer> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is DataForgeException or IOException or UnauthorizedAccessException)
        {
            return new(409, PageShell.Message("The run cannot be shown", e.Message));
        }
    }
}
