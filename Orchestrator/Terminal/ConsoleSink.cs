using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Logging;

namespace DataForge.Orchestrator.Terminal;

/// <summary>
/// Shows a run, from its events alone: on a terminal one progress line that is rewritten in place, elsewhere a plain line every ten
/// seconds, and in both a summary of each stage.
/// </summary>
internal sealed class ConsoleSink : IEventSink, IDisposable
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);
    private const int BarWidth = 16;
    private const int LeastWidthWithBar = 64;
    private const int MostFaultsShown = 5;

    // Before this share is done, the rate says little about the rest: parts differ in size.
    private const double LeastShareForEstimate = 0.01;

    private readonly StageSummary _summary = new();
    private readonly TextLines _lines;
    private readonly bool _isShown;
    private DateTimeOffset _lastPlain;
    private int _faultsShown;

    /// <summary>
    /// Writes to the terminal unless the user asked for quiet. With a log, no line is rewritten: log lines would be mixed into it.
    /// </summary>
    public ConsoleSink(CommandTerminal terminal, LogSettings log)
        : this(terminal.Output, terminal.IsTerminal && log.Format is null, terminal.Columns) => _isShown = log.ShowsProgress;

    /// <param name="output">Receives the lines.</param>
    /// <param name="isTerminal">Whether lines can be rewritten there.</param>
    /// <param name="columns">The terminal's width, asked for each line, since windows are resized.</param>
    internal ConsoleSink(TextWriter output, bool isTerminal, Func<int> columns) =>
        (_lines, _isShown) = (new TextLines(output, isTerminal, columns), true);

    /// <inheritdoc/>
    public void Write(Event written)
    {
        if (!_isShown)
        {
            return;
        }

        switch (written)
        {
            case StageStarted:
                _summary.Start();
                _faultsShown = 0;
                _lastPlain = written.Time;
                break;
            case PartDone part:
                _summary.Add(part);
                break;
            case StageAdvanced advanced when advanced.Seconds > 0 && advanced.Total > 0:
                ShowProgress(written.Time, Progress(advanced));
                break;
            case TrainingStep step:
                ShowProgress(written.Time, Training(step));
                break;
            case TrainingEvaluated evaluated:
                string best = evaluated.Best ? ", the best so far" : "";
                WriteLine($"step {evaluated.Step:N0}: validation loss {evaluated.Loss:F3}{best}");
                break;
            case TrainingSkipped skipped:
                WriteLine($"step {skipped.Step:N0} skipped: {skipped.Reason}");
                break;
            case StageFinished finished:
                foreach (string line in _summary.Finish(finished))
                {
                    _lines.Write(line);
                }

                break;
            case FileFault fault:
                ShowFault(fault);
                break;
            case Note note:
                _lines.Write($"{(note.Level == "warning" ? "warning: " : "")}{note.Text}");
                break;
            case RunFinished { Status: "done" } done:
                _lines.Write($"done in {Figures.Duration(done.Seconds)}");
                break;
        }
    }

    /// <summary>Leaves the cursor at the start of a line.</summary>
    public void Dispose() => _lines.Dispose();

    private string Progress(StageAdvanced progress)
    {
        double share = Math.Clamp((double)progress.Done / progress.Total, 0, 1);
        double rate = progress.Done / progress.Seconds;
        int filled = (int)(share * BarWidth);
        string bar = _lines.Width >= LeastWidthWithBar ? $"{new string('█', filled)}{new string('░', BarWidth - filled)} " : "";
        string left = share >= LeastShareForEstimate && progress.Done < progress.Total
            ? $"  {Figures.Duration((progress.Total - progress.Done) / rate)} left"
            : "";
        string amount = progress.Done == 0 ? "" : Rate(rate, progress.Unit);
        return $"{progress.Stage,-TextLines.Indent} {bar}{100 * share,3:F0} %  {amount}{left}".TrimEnd();
    }

    // Repositories and parts take seconds each: their rate is given per minute, as "0 repositories/s" says nothing.
    private static string Rate(double perSecond, string unit) => unit == "bytes" ? $"{Figures.Bytes(perSecond)}/s"
        : perSecond < 10 ? $"{60 * perSecond:N0} {unit}/min"
        : $"{perSecond:N0} {unit}/s";

    private static string Training(TrainingStep step) => string.Create(
        CultureInfo.InvariantCulture,
        $"{StageNames.Pretrain,-TextLines.Indent} step {step.Step:N0}/{step.Steps:N0}  loss {step.Loss:F3}  "
        + $"{step.TokensPerSecond:N0} tokens/s  {Figures.Duration(step.SecondsLeft)} left");

    private void ShowFault(FileFault fault)
    {
        _faultsShown++;
        if (_faultsShown <= MostFaultsShown)
        {
            WriteLine($"{fault.Where}: {fault.Rule} ({fault.Detail})");
        }
        else if (_faultsShown == MostFaultsShown + 1)
        {
            WriteLine("more bad files are listed in the event log and in dropped/");
        }
    }

    // A line that belongs to the stage above it.
    private void WriteLine(string text) => _lines.Write($"{"",TextLines.Indent} {text}");

    private void ShowProgress(DateTimeOffset time, string line)
    {
        if (_lines.CanRewrite)
        {
            _lines.Rewrite(line);
        }
        else if (time - _lastPlain >= PlainInterval)
        {
            _lines.Write(line);
            _lastPlain = time;
        }
    }
}
