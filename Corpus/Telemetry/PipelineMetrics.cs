using System.Diagnostics.Metrics;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;

namespace DataForge.Corpus.Telemetry;

/// <summary>
/// The metrics of the pipeline, made from its events alone: by the process that writes them, or by one that reads them from the event log.
/// Events of one process come in order; those of several runs may be mixed.
/// </summary>
public sealed class PipelineMetrics : IEventSink, IDisposable
{
    // Stages take from a second to days.
    private static readonly double[] Durations = [1, 10, 60, 300, 900, 3600, 14_400, 86_400];

    private readonly Meter _meter = new(MetricNames.Meter);
    private readonly Dictionary<string, Counter<long>> _counters;
    private readonly Dictionary<string, Gauge<double>> _gauges;
    private readonly Histogram<double> _duration;

    // Work that was counted of each stage since it started, by stage and unit.
    private readonly Dictionary<(string Stage, string Unit), long> _done = [];

    /// <summary>Makes the instruments.</summary>
    public PipelineMetrics()
    {
        DeclaredMetric[] counters =
        [
            MetricNames.RunsEnded, MetricNames.StageWork, MetricNames.Parts, MetricNames.ContentsIn, MetricNames.ContentsOut,
            MetricNames.BytesIn, MetricNames.Dropped, MetricNames.FileFaults, MetricNames.StepsSkipped,
        ];
        DeclaredMetric[] gauges =
        [
            MetricNames.StageDone, MetricNames.ApiLeft, MetricNames.ApiLimit, MetricNames.TrainingLoss, MetricNames.ValidationLoss,
            MetricNames.TokensPerSecond, MetricNames.LearningRate, MetricNames.TrainingStep,
        ];
        _counters = counters.ToDictionary(each => each.Name, each => _meter.CreateCounter<long>(each.Name, each.Unit, each.Meaning));
        _gauges = gauges.ToDictionary(each => each.Name, each => _meter.CreateGauge<double>(each.Name, each.Unit, each.Meaning));
        DeclaredMetric duration = MetricNames.StageDuration;
        _duration = _meter.CreateHistogram(
            duration.Name, duration.Unit, duration.Meaning, tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
    }

    /// <inheritdoc/>
    public void Write(Event written)
    {
        lock (_done)
        {
            Record(written);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Record(Event written)
    {
        switch (written)
        {
            case RunFinished run:
                Add(MetricNames.RunsEnded, 1, ("status", run.Status));
                break;
            case StageStarted started:
                foreach ((string, string) key in _done.Keys.Where(key => key.Stage == started.Stage).ToList())
                {
                    _done.Remove(key);
                }

                break;
            case StageAdvanced advanced:
                RecordProgress(advanced);
                break;
            case StageFinished finished:
                _duration.Record(finished.Seconds, new KeyValuePair<string, object?>("stage", finished.Stage));
                Set(MetricNames.StageDone, 1, ("stage", finished.Stage));
                break;
            case PartDone part:
                RecordPart(part);
                break;
            case FileFault fault:
                Add(MetricNames.FileFaults, 1, ("stage", fault.Stage), ("rule", fault.Rule));
                break;
            case ApiBudget budget:
                Set(MetricNames.ApiLeft, budget.Left, ("resource", budget.Resource));
                Set(MetricNames.ApiLimit, budget.Limit, ("resource", budget.Resource));
                break;
            case TrainingStep step:
                Set(MetricNames.TrainingLoss, step.Loss);
                Set(MetricNames.TokensPerSecond, step.TokensPerSecond);
                Set(MetricNames.LearningRate, step.LearningRate);
                Set(MetricNames.TrainingStep, step.Step);
                break;
            case TrainingSkipped:
                Add(MetricNames.StepsSkipped, 1);
                break;
            case TrainingEvaluated evaluated:
                Set(MetricNames.ValidationLoss, evaluated.Loss);
                break;
        }
    }

    private void RecordProgress(StageAdvanced advanced)
    {
        (string, string) key = (advanced.Stage, advanced.Unit);
        long more = advanced.Done - _done.GetValueOrDefault(key);
        if (more > 0)
        {
            _done[key] = advanced.Done;
            Add(MetricNames.StageWork, more, ("stage", advanced.Stage), ("unit", advanced.Unit));
        }

        if (advanced.Total > 0)
        {
            Set(MetricNames.StageDone, Math.Min(1, (double)advanced.Done / advanced.Total), ("stage", advanced.Stage));
        }
    }

    private void RecordPart(PartDone part)
    {
        Add(MetricNames.Parts, 1, ("stage", part.Stage), ("reused", part.Reused ? "true" : "false"));
        if (part.Reused)
        {
            return;
        }

        Add(MetricNames.ContentsIn, part.Counts[CountName.ContentsIn], ("stage", part.Stage));
        Add(MetricNames.ContentsOut, part.Counts[CountName.ContentsOut], ("stage", part.Stage));
        Add(MetricNames.BytesIn, part.Counts[CountName.BytesIn], ("stage", part.Stage));
        foreach ((string rule, long count) in part.Counts.Of(CountName.Dropped))
        {
            Add(MetricNames.Dropped, count, ("stage", part.Stage), ("rule", rule));
        }
    }

    private void Add(DeclaredMetric metric, long value, params ReadOnlySpan<(string Name, string Value)> tags) =>
        _counters[metric.Name].Add(value, Tags(tags));

    private void Set(DeclaredMetric metric, double value, params ReadOnlySpan<(string Name, string Value)> tags) =>
        _gauges[metric.Name].Record(value, Tags(tags));

    private static KeyValuePair<string, object?>[] Tags(ReadOnlySpan<(string Name, string Value)> tags)
    {
        var made = new KeyValuePair<string, object?>[tags.Length];
        for (int i = 0; i < tags.Length; i++)
        {
            made[i] = new(tags[i].Name, tags[i].Value);
        }

        return made;
    }
}
