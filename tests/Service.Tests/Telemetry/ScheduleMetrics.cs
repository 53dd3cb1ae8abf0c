using DataForge.Corpus.Telemetry;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>The metrics that a service has and a build does not.</summary>
internal static class ScheduleMetrics
{
    public static IReadOnlyList<DeclaredMetric> All { get; } =
    [
        MetricNames.DueTimes, MetricNames.LastCompleted, MetricNames.NextDue, MetricNames.LastFailed, MetricNames.RunsActive, MetricNames.DiskFree,
    ];
}
