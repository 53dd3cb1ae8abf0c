using DataForge.Corpus;
using DataForge.Evaluation.Scoring;

namespace DataForge.Orchestrator.Terminal;

/// <summary>Shows on standard error how far an evaluation is and how long it still takes: in one line of a terminal, else in a line every
/// ten seconds.</summary>
internal sealed class EvaluationProgressLine(CommandTerminal terminal, TimeProvider time) : IProgress<EvaluationProgress>, IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.5), InLog = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TextLines _lines = new(terminal.Error, terminal.IsTerminal && !Console.IsErrorRedirected, terminal.Columns);
    private long _last = time.GetTimestamp();

    /// <inheritdoc/>
    public void Report(EvaluationProgress value)
    {
        lock (_lock)
        {
            bool isLast = value.Done == value.Total;
            if (!isLast && time.GetElapsedTime(_last) < (_lines.CanRewrite ? OnTerminal : InLog))
            {
                return;
            }

            _last = time.GetTimestamp();
            string text = $"{value.Step}: {value.Done} of {value.Total} problems"
                + (isLast ? "" : $", {Figures.Duration(value.SecondsLeft)} left");
            if (_lines.CanRewrite)
            {
                _lines.Rewrite(text);
            }
            else
            {
                _lines.Write(text);
            }
        }
    }

    /// <summary>Ends the line.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _lines.Dispose();
        }
    }
}
