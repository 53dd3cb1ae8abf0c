using System.Text;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

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
    private readonly HeldLine _step = new();
    private readonly Dictionary<string, StageWork> _stages = new(StringComparer.Ordinal);
    private readonly Queue<byte[]> _faults = new();
    private readonly Queue<Note> _warnings = new();
    private readonly SortedDictionary<string, ApiBudget> _budgets = new(StringComparer.Ordinal);
    private bool _isReportOnly;
    private long _heldStep;
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
    public IEnumerable<FileFault> LastFaults => _faults.Select(static line => new EventLine(line).Parse()).OfType<FileFault>();

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
    public void Update()
    {
        _cursor.ReadLines(AddLine, Restart);
        TakeStep();
    }

    private void Restart()
    {
        _kept.Clear();
        _step.Clear();
        _stages.Clear();
        _faults.Clear();
        _warnings.Clear();
        _budgets.Clear();
        (_steps, _stride, Faults, SkippedSteps, LastStep, Failure) = (0, 1, 0, 0, null, null);
    }

    // Of the events that are written often, most are void at the end of a long log, and are not parsed: progress that another one follows,
    // steps that are not kept, all bad files but the last. Of a part, only the name is needed.
    private void AddLine(EventLine line)
    {
        if (line.Is("training.step"u8) && line.Number("\"step\":"u8) is { } step)
        {
            HoldStep(line, step);
        }
        else if (line.Is("file.fault"u8))
        {
            Faults++;
            Enqueue(_faults, line.Bytes.ToArray());
        }
        else if (line.Is("stage.advanced"u8) && StageOf(line) is { } advanced)
        {
            Work(advanced).Advance(line);
        }
        else if (line.Is("part.done"u8) && StageOf(line) is { } stage and not StageNames.Pretrain
            && line.Text("\"part\":"u8) is { IsEmpty: false } part && line.Truth("\"reused\":"u8) is { } isReused)
        {
            Work(stage).AddPart(Encoding.UTF8.GetString(part), isReused);
        }
        else if (line.Parse() is { } entry)
        {
            TakeStep();
            Add(entry);
        }
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
                Work(started.Stage).Add(entry);
                break;
            case StageFinished finished:
                _kept.Add(entry);
                Work(finished.Stage).Add(entry);
                break;
            case StageAdvanced advanced:
                Work(advanced.Stage).Add(entry);
                break;
            case PartDone part:
                Work(part.Stage).Add(entry);
                if (part.Stage == StageNames.Pretrain)
                {
                    _kept.Add(entry);
                }

                break;
            case Note { Level: "warning" } warning:
                Enqueue(_warnings, warning);
                break;
            case ApiBudget budget:
                _budgets[budget.Resource] = budget;
                break;
            case TrainingSkipped:
                SkippedSteps++;
                break;
            case TrainingEvaluated or SampleWritten:
                _kept.Add(entry);
                break;
        }
    }

    // Null where it is no stage of the pipeline.
    private static string? StageOf(EventLine line)
    {
        ReadOnlySpan<byte> text = line.Text("\"stage\":"u8);
        foreach (string stage in StageNames.All)
        {
            if (Ascii.Equals(text, stage))
            {
                return stage;
            }
        }

        return null;
    }

    private StageWork Work(string stage)
    {
        if (!_stages.TryGetValue(stage, out StageWork? work))
        {
            _stages[stage] = work = new StageWork(stage);
        }

        return work;
    }

    // A step that another one follows is kept only if it is a multiple of the stride.
    private void HoldStep(EventLine line, long step)
    {
        if (_heldStep % _stride == 0)
        {
            TakeStep();
        }

        _step.Hold(line);
        _heldStep = step;
    }

    private void TakeStep()
    {
        if (_step.Take() is TrainingStep step)
        {
            AddStep(step);
        }
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
