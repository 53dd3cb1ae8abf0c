namespace DataForge.Corpus.Telemetry;

/// <summary>How a metric is read.</summary>
public enum MetricKind
{
    /// <summary>A sum that only grows, from the start of the process.</summary>
    Counter,

    /// <summary>A value of the moment.</summary>
    Gauge,

    /// <summary>How values are distributed.</summary>
    Histogram,
}

/// <summary>A metric. It is declared in <see cref="MetricNames"/>; its name is written nowhere else.</summary>
/// <param name="Name">Its name, as OpenTelemetry has it.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="Unit">Its unit in the notation of UCUM, such as <c>s</c>, <c>By</c> or <c>{run}</c>.</param>
/// <param name="Meaning">What it measures.</param>
/// <param name="Tags">The names of its tags.</param>
public sealed record DeclaredMetric(string Name, MetricKind Kind, string Unit, string Meaning, IReadOnlyList<string> Tags)
{
    /// <summary>
    /// Its name on a Prometheus page: units are spelled out, counters end in <c>_total</c>, and a histogram is this name with
    /// <c>_bucket</c>, <c>_sum</c> and <c>_count</c>
    /// (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
    /// </summary>
    public string PrometheusName
    {
        get
        {
            string unit = Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
            string name = Name.Replace('.', '_');
            name = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
            return Kind == MetricKind.Counter ? name + "_total" : name;
        }
    }
}
