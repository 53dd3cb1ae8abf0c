using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Dataset;
using DataForge.Inspection.Reporting;
using DataForge.Inspection.Statistics;

namespace DataForge.Inspection.Dashboard;

/// <summary>Reads one run again and again, each time only what is new. Thread-safe.</summary>
internal sealed class RunReader
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Run _run;
    private readonly ManifestSums _sums;
    private readonly RunEvents _events;
    private readonly RunEvaluations _evaluations;
    private string _stamp = "";
    private RunView? _view;
    private int _duplicatesVersion = -1;
    private IReadOnlyList<NamedFigure> _jaccard = [];

    private RunReader(Run run, TimeProvider time)
    {
        (_run, _time, _sums, _events) = (run, time, new ManifestSums(run.Folder), new RunEvents(run.EventsFolder));
        _evaluations = new RunEvaluations(run.Folder);
    }

    /// <summary>Opens a run.</summary>
    /// <param name="workspaceFolder">The workspace, which exists.</param>
    /// <param name="name">The name of a run that exists.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="DataForgeException">
    /// No process has begun it yet, it is of another version, or an opt-out of its workspace is unfinished.
    /// </exception>
    public static RunReader Open(string workspaceFolder, string name, TimeProvider time)
    {
        InspectedRun.RequireFolder(workspaceFolder, name);
        OptOutLock.RefuseUnfinished(workspaceFolder);
        return File.Exists(Path.Combine(Workspace.RunFolderOf(workspaceFolder, name), RunPaths.Version))
            ? new RunReader(Run.Open(Workspace.Open(workspaceFolder), name), time)
            : throw DataForgeException.Usage($"The run '{name}' has not begun yet.");
    }

    /// <summary>Makes something of the run as it is now.</summary>
    /// <exception cref="DataForgeException">A file of the run is damaged.</exception>
    /// <exception cref="IOException">A file of the run cannot be read.</exception>
    public T Read<T>(Func<RunView, T> make)
    {
        lock (_lock)
        {
            string stamp = RunStamp.Of(_run.Folder);
            if (_view is null || stamp != _stamp)
            {
                _view = Update();
                _stamp = stamp;
            }

            (RunState state, DateTimeOffset? changed) = StateNow();
            ReportData report = _view.Report with { IsRunning = state == RunState.Running };
            return make(_view with { State = state, Changed = changed, Report = report });
        }
    }

    private RunView Update()
    {
        _events.Update();
        CountTable dedup = _sums.Totals(StageNames.Dedup);
        return new RunView
        {
            State = RunState.New,
            Changed = null,
            Report = ReportData.Of(_run, _events.Kept, _sums.Totals),
            Events = _events,
            Crawl = _sums.Totals(StageNames.Crawl),
            Duplicates = DuplicateFigures.Of(dedup),
            Jaccard = Jaccard(),
            Audit = DatasetFigures.AuditOf(_run),
            Evaluations = _evaluations.Read(),
        };
    }

    // Manifests have no counts of similarities: they are read from the rows, once for each state of the manifest.
    private IReadOnlyList<NamedFigure> Jaccard()
    {
        int version = _sums.Version(StageNames.Dedup);
        if (version != _duplicatesVersion)
        {
            _jaccard = JaccardHistogram.Of(_run);
            _duplicatesVersion = version;
        }

        return _jaccard;
    }

    private (RunState State, DateTimeOffset? Changed) StateNow()
    {
        FileInfo[] logs = RunEnd.Logs(_run.Folder);
        if (logs.Length == 0)
        {
            return (RunState.New, null);
        }

        (FileInfo log, EventLogEnds ends) = RunEnd.LastWork(logs) ?? (logs[^1], EventLogEnds.Read(logs[^1].FullName));
        Event? last = ends.Last.Count > 0 ? ends.Last[^1] : null;
        return (RunStates.Of(log, ends.First, last, _time.GetUtcNow()), logs.Max(each => each.LastWriteTimeUtc));
    }
}
