using DataForge.Corpus.Events;

namespace DataForge.Benchmarks;

/// <summary>
/// Sums, by step of the dedup stage (a part's name up to its number), what the processor did between one part's end and the next: with one
/// worker, the part itself.
/// </summary>
internal sealed class DedupStepTimes : IEventSink
{
    private readonly Dictionary<string, (double Seconds, double Processor, int Parts)> _steps = [];
    private TimeSpan _last = Environment.CpuUsage.TotalTime;

    /// <summary>Seconds of processor time by step.</summary>
    public IReadOnlyDictionary<string, double> Processor => _steps.ToDictionary(step => step.Key, step => step.Value.Processor);

    /// <inheritdoc/>
    public void Write(Event happened)
    {
        if (happened is PartDone { Reused: false } done)
        {
            string step = done.Part.Split('-')[0];
            (double seconds, double processor, int parts) = _steps.GetValueOrDefault(step);
            TimeSpan now = Environment.CpuUsage.TotalTime;
            _steps[step] = (seconds + done.Seconds, processor + (now - _last).TotalSeconds, parts + 1);
            _last = now;
        }
    }

    /// <summary>Prints a line a step. <paramref name="bytes"/> is the source text that went in.</summary>
    public void Print(long bytes)
    {
        double sum = _steps.Values.Sum(step => step.Processor);
        foreach ((string step, (double seconds, double processor, int parts)) in _steps)
        {
            Console.WriteLine(
                $"  {step,-12} {parts,4} parts {seconds,8:F2} s by the clock {processor,8:F2} s of processor time {100 * processor / sum,6:F1} % {bytes / processor / 1e6,8:F1} MB/s");
        }
    }
}
