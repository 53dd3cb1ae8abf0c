using DataForge.Corpus;
using DataForge.Evaluation.Scoring;

namespace DataForge.Orchestrator.Terminal;

/// <summary>Shows how far an evaluation is and how long it still takes: in one line of a terminal, else in a line every ten
/// seconds.</summary>
internal sealed class EvaluationProgressLine(CommandTerminal terminal, TimeProvider time) : IProgress<EvaluationProgress>
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.5), InLog = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long _last = time.GetTimestamp();
    private int _width;

    /// <inheritdoc/>
    public void Report(EvaluationProgress value)
    {
        lock (_lock)
        {
            bool isLast = value.Done == value.Total;
            if (!isLast && time.GetElapsedTime(_last) < (terminal.IsTerminal ? OnTerminal : InLog))
            {
                return;
            }

            _last = time.GetTimestamp();
            string text = $"{value.Step}: {value.Done} of {value.Total} problems"
                + (isLast ? "" : $", {Figures.Duration(value.SecondsLeft)} left");
            if (terminal.IsTerminal)
            {
                terminal.Error.Write($"\r{text.PadRight(_width)}");
                _width = text.Length;
            }
            else
            {
                terminal.Error.WriteLine(text);
            }
        }
    }

    /// <summary>Ends the line.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_width > 0)
            {
                terminal.Error.WriteLine();
            }

            _width = 0;
        }
    }
}
