using DataForge.Corpus;
using System.Globalization;
using DataForge.Corpus.Events;

namespace DataForge.Orchestrator.Terminal;

/// <summary>
/// Shows a run from its events: on a terminal one line that rewrites itself, elsewhere a plain line every ten seconds; a summary line
/// for each stage in both. Knows nothing but the events.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="isTerminal">Whether lines can rewrite themselves there.</param>
/// <param name="columns">The terminal's width, asked for each line: people resize windows.</param>
internal sealed class ConsoleSink(TextWriter output, bool isTerminal, Func<int> columns) : IEventSink
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);
    private const int NameWidth = 9;
    private const int BarWidth = 16;
    private const int RoomForBar = 64;

    private readonly StageSummary _summary = new();
    private bool _lineIsOpen;
    private DateTimeOffset _lastPlain;
    private int _faultsShown;

    public void Write(Event happened)
    {
        switch (happened)
        {
            case StageStarted started:
                _summary.Start(started.Stage);
                _faultsShown = 0;
                _lastPlain = happened.Time;
                break;
            case PartDone part:
                _summary.Add(part);
                break;
            case StageAdvanced advanced when advanced.Seconds > 0 && advanced.Total > 0:
                Show(happened.Time, Progress(advanced));
                break;
            case TrainingStep step:
                Show(happened.Time, Training(step));
                break;
            case TrainingEvaluated evaluated:
                Line($"{"",NameWidth} step {evaluated.Step:N0}: validation loss {evaluated.Loss:F3}{(evaluated.Best ? ", the best so far" : "")}");
                break;
            case TrainingSkipped skipped:
                Line($"{"",NameWidth} step {skipped.Step:N0} left out: {skipped.Reason}");
                break;
            case StageFinished finished:
                foreach (string line in _summary.Finish(finished))
                {
                    Line(line);
                }

                break;
            case FileFault fault:
                ShowFault(fault);
                break;
            case Note note:
                Line($"{(note.Level == "warning" ? "warning: " : "")}{note.Text}");
                break;
            case RunFinished { Status: "done" } done:
                Line($"done in {Figures.Duration(done.Seconds)}");
                break;
        }
    }

    /// <summary>Ends a line that is still rewriting itself.</summary>
    public void Close()
    {
        if (_lineIsOpen)
        {
            output.WriteLine();
            _lineIsOpen = false;
        }
    }

    private string Progress(StageAdvanced at)
    {
        double share = Math.Clamp((double)at.Done / at.Total, 0, 1);
        double rate = at.Done / at.Seconds;
        int filled = (int)(share * BarWidth);
        string bar = Width >= RoomForBar ? $"{new string('█', filled)}{new string('░', BarWidth - filled)} " : "";
        // The first parts say little: a small one among large ones would tell of days.
        string left = share >= 0.01 && at.Done < at.Total ? $"  {Figures.Duration((at.Total - at.Done) / rate)} left" : "";
        string amount = at.Done == 0 ? "" : at.Unit == "bytes" ? $"{Figures.Bytes(rate)}/s" : $"{rate:N0} {at.Unit}/s";
        return $"{at.Stage,-NameWidth} {bar}{100 * share,3:F0} %  {amount}{left}".TrimEnd();
    }

    private static string Training(TrainingStep step) => string.Create(
        CultureInfo.InvariantCulture,
        $"{"pretrain",-NameWidth} step {step.Step:N0}/{step.Steps:N0}  loss {step.Loss:F3}  {step.TokensPerSecond:N0} tokens/s  {Figures.Duration(step.SecondsLeft)} left");

    private void ShowFault(FileFault fault)
    {
        const int Most = 5;
        _faultsShown++;
        if (_faultsShown <= Most)
        {
            Line($"{"",NameWidth} {fault.Where}: {fault.Rule} ({fault.Detail})");
        }
        else if (_faultsShown == Most + 1)
        {
            Line($"{"",NameWidth} further bad files stand in the event log and in dropped/");
        }
    }

    private void Show(DateTimeOffset time, string line)
    {
        if (isTerminal)
        {
            output.Write('\r' + Fit(line));
            _lineIsOpen = true;
        }
        else if (time - _lastPlain >= PlainInterval)
        {
            output.WriteLine(line);
            _lastPlain = time;
        }
    }

    private void Line(string line)
    {
        if (_lineIsOpen)
        {
            output.Write('\r' + Fit("") + '\r');
            _lineIsOpen = false;
        }

        foreach (string row in isTerminal ? Wrapped(line) : [line])
        {
            output.WriteLine(row);
        }
    }

    // One column is left free: a full line would wrap on some terminals.
    private int Width => Math.Max(20, isTerminal ? columns() : 80) - 1;

    // A line that rewrites itself must not wrap: of one that is too long the last figures are left out, whole.
    private string Fit(string line)
    {
        int width = Width;
        while (line.Length > width && line.LastIndexOf("  ", StringComparison.Ordinal) is > NameWidth and int gap)
        {
            line = line[..gap].TrimEnd();
        }

        return line.Length > width ? line[..width] : line.PadRight(width);
    }

    // Breaks at spaces; what follows stands under the text, not under the stage's name.
    private IEnumerable<string> Wrapped(string line)
    {
        int width = Width;
        string indent = "";
        while (indent.Length + line.Length > width && line.LastIndexOf(' ', width - indent.Length) is > NameWidth and int space)
        {
            yield return indent + line[..space];
            line = line[(space + 1)..];
            indent = new string(' ', NameWidth + 1);
        }

        yield return indent + line;
    }
}
