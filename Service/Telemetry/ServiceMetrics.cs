using System.Diagnostics.Metrics;
using DataForge.Corpus.Telemetry;
using DataForge.Service.Hosting;
using DataForge.Service.Jobs;
using DataForge.Service.Ledger;

namespace DataForge.Service.Telemetry;

/// <summary>The metrics of the schedules, read from the history when somebody asks for them.</summary>
internal sealed class ServiceMetrics : IDisposable
{
    private readonly Meter _meter = new(MetricNames.Meter);
    private readonly IReadOnlyList<Schedule> _schedules;
    private readonly RunHistory _history;

    /// <summary>Makes the instruments.</summary>
    public ServiceMetrics(IReadOnlyList<Schedule> schedules, RunHistory history, ServiceWorker worker, TimeProvider time)
    {
        (_schedules, _history) = (schedules, history);
        Observe(MetricNames.DueTimes, () => FromStates(static (name, state) => Enum.GetValues<DueState>().Select(each =>
            Value(state.Times.GetValueOrDefault(each), ("schedule", name), ("state", each.ToString().ToLowerInvariant())))));
        Observe(MetricNames.LastCompleted, () => FromStates(static (name, state) =>
            state.LastCompleted is { } at ? [Value(at.ToUnixTimeSeconds(), ("schedule", name))] : []));
        Observe(MetricNames.LastFailed, () => FromStates(static (name, state) =>
            [Value(state.LastState == DueState.Failed ? 1 : 0, ("schedule", name))]));
        Observe(MetricNames.NextDue, () => _schedules.Select(schedule => Value(
            schedule.Times.Next(time.GetUtcNow())?.ToUnixTimeSeconds() ?? 0, ("schedule", schedule.Options.Name))));
        Observe(MetricNames.RunsActive, () => [Value(worker.Running)]);
        Observe(MetricNames.DiskFree, () => _schedules.SelectMany(schedule => DiskSpace.Free(schedule.Options.Workspace) is { } free
            ? [Value(free, ("schedule", schedule.Options.Name))]
            : Array.Empty<Measurement<double>>()));
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static Measurement<double> Value(double value, params (string Name, string Value)[] tags) =>
        new(value, tags.Select(tag => new KeyValuePair<string, object?>(tag.Name, tag.Value)));

    private void Observe(DeclaredMetric metric, Func<IEnumerable<Measurement<double>>> measure) =>
        _meter.CreateObservableGauge(metric.Name, measure, metric.Unit, metric.Meaning);

    // Without the history there are no values, which is what an alert on their absence needs.
    private List<Measurement<double>> FromStates(Func<string, ScheduleState, IEnumerable<Measurement<double>>> measure)
    {
        List<Measurement<double>> values = [];
        try
        {
            foreach (Schedule schedule in _schedules)
            {
                values.AddRange(measure(schedule.Options.Name, _history.StateOf(schedule.Options.Name)));
            }
        }
        catch (LedgerException)
        {
            values.Clear();
        }

        return values;
    }
}
