using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>How far a stage has got, and how fast.</summary>
/// <param name="stage">The stage.</param>
internal sealed class StageWork(string stage)
{
    private readonly HashSet<string> _parts = new(StringComparer.Ordinal);

    /// <summary>The stage.</summary>
    public string Stage => stage;

    /// <summary>Whether it finished since it last began.</summary>
    public bool IsDone { get; private set; }

    /// <summary>When it last began.</summary>
    public DateTimeOffset Began { get; private set; }

    /// <summary>How long it took, once it is done.</summary>
    public double Seconds { get; private set; }

    /// <summary>Parts that are complete.</summary>
    public int Parts => _parts.Count;

    /// <summary>Parts that were complete before it last began.</summary>
    public int Reused { get; private set; }

    /// <summary>What it last said about its progress; null if it has said nothing since it last began.</summary>
    public StageAdvanced? Progress { get; private set; }

    /// <summary>The fastest it went: units a second over its whole work; 0 if unknown.</summary>
    public double Rate => Progress is { Seconds: > 0 } progress ? progress.Done / progress.Seconds : 0;

    /// <summary>Takes an event of this stage in.</summary>
    public void Add(Event entry)
    {
        switch (entry)
        {
            case StageStarted:
                (IsDone, Began, Reused, Progress) = (false, entry.Time, 0, null);
                _parts.Clear();
                break;
            case StageAdvanced advanced:
                Progress = advanced;
                break;
            case StageFinished finished:
                (IsDone, Seconds) = (true, finished.Seconds);
                break;
            case PartDone part when _parts.Add(part.Part):
                Reused += part.Reused ? 1 : 0;
                break;
        }
    }
}

/// <summary>
/// What the dashboard needs of a run's events, brought up to date by reading what was appended. Memory: a bounded number of training
/// steps, and what is not written often. Not thread-safe.
/// </summary>
/// <param name="folder">The folder of the run's logs.</param>
internal sealed class RunEvents(string folder)
{
    private const int MostSteps = 8000;
    private const int MostFaults = 20;

    private readonly EventCursor _cursor = new(folder);
    private readonly List<Event> _kept = [];
    private readonly Dictionary<string, StageWork> _stages = new(StringComparer.Ordinal);
    private readonly Queue<FileFault> _faults = new();
    private readonly Queue<Note> _warnings = new();
    private readonly SortedDictionary<string, ApiBudget> _budgets = new(StringComparer.Ordinal);
    private bool _isReportOnly;
    private int _steps;
    private long _stride = 1;

    /// <summary>The events that the report is made from; of many training steps, some.</summary>
    public IReadOnlyList<Event> Kept => _kept;

    /// <summary>The stages that began, in the order of the pipeline.</summary>
    public IEnumerable<StageWork> Stages =>
        StageNames.All.Select(stage => _stages.GetValueOrDefault(stage)).OfType<StageWork>();

    /// <summary>How many bad files were reported.</summary>
    public long Faults { get; private set; }

    /// <summary>The bad files that were reported last, in order.</summary>
    public IEnumerable<FileFault> LastFaults => _faults;

    /// <summary>The last warnings, in order.</summary>
    public IEnumerable<Note> LastWarnings => _warnings;

    /// <summary>What was left of each of the forge's limits when it was last told, by the limit's name.</summary>
    public IEnumerable<ApiBudget> Budgets => _budgets.Values;

    /// <summary>The last training step; null if there is none.</summary>
    public TrainingStep? LastStep { get; private set; }

    /// <summary>Training steps without an update.</summary>
    public long SkippedSteps { get; private set; }

    /// <summary>Why the run failed; null if its last process did not. One that only wrote the report does not count.</summary>
    public string? Failure { get; private set; }

    /// <summary>Reads what was appended.</summary>
    /// <exception cref="IOException">A log cannot be read.</exception>
    public void Update() => _cursor.Read(Add, Restart);

    private void Restart()
    {
        _kept.Clear();
        _stages.Clear();
        _faults.Clear();
        _warnings.Clear();
        _budgets.Clear();
        (_steps, _stride, Faults, SkippedSteps, LastStep, Failure) = (0, 1, 0, 0, null, null);
    }

    private void Add(Event entry)
    {
        switch (entry)
        {
            case RunStarted:
                _isReportOnly = RunEnd.IsReportOnly(entry);
                Failure = _isReportOnly ? Failure : null;
                break;
            case RunFinished finished when !_isReportOnly:
                Failure = finished.Status == "failed" ? finished.Reason ?? "unknown" : null;
                break;
            case StageStarted started:
                _kept.Add(entry);
                Work(started.Stage, entry);
                break;
            case StageFinished finished:
                _kept.Add(entry);
                Work(finished.Stage, entry);
                break;
            case StageAdvanced advanced:
                Work(advanced.Stage, entry);
                break;
            case PartDone part:
                Work(part.Stage, entry);
                if (part.Stage == StageNames.Pretrain)
                {
                    _kept.Add(entry);
                }

                break;
            case FileFault fault:
                Faults++;
                Enqueue(_faults, fault);
                break;
            case Note { Level: "warning" } warning:
                Enqueue(_warnings, warning);
                break;
            case ApiBudget budget:
                _budgets[budget.Resource] = budget;
                break;
            case TrainingStep step:
                AddStep(step);
                break;
            case TrainingSkipped:
                SkippedSteps++;
                break;
            case TrainingEvaluated or SampleWritten:
                _kept.Add(entry);
                break;
        }
    }

    private void Work(string stage, Event entry)
    {
        if (!_stages.TryGetValue(stage, out StageWork? work))
        {
            _stages[stage] = work = new StageWork(stage);
        }

        work.Add(entry);
    }

    // The last step is always kept; of those before it, each that is a multiple of the stride.
    private void AddStep(TrainingStep step)
    {
        LastStep = step;
        if (_kept.Count > 0 && _kept[^1] is TrainingStep last && last.Step % _stride != 0)
        {
            _kept[^1] = step;
            return;
        }

        _kept.Add(step);
        if (++_steps > MostSteps)
        {
            _stride *= 2;
            _kept.RemoveAll(entry => entry is TrainingStep kept && kept.Step % _stride != 0 && kept != step);
            _steps = _kept.Count(entry => entry is TrainingStep);
        }
    }

    private static void Enqueue<T>(Queue<T> queue, T item)
    {
        queue.Enqueue(item);
        if (queue.Count > MostFaults)
        {
            queue.Dequeue();
        }
    }
}
