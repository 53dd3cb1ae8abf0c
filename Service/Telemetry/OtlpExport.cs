using DataForge.Corpus.Events;
using DataForge.Corpus.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DataForge.Service.Telemetry;

/// <summary>
/// Sends the spans and metrics of a build by OTLP (<see cref="OtlpSettings"/>). What is not sent yet is sent when it is disposed.
/// </summary>
internal sealed class OtlpExport : IEventSink, IDisposable
{
    private readonly PipelineSpans _spans = new();
    private readonly PipelineMetrics? _metrics;
    private readonly TracerProvider? _tracing;
    private readonly MeterProvider? _measuring;

    /// <summary>Begins to send to the receiver that the environment names.</summary>
    public OtlpExport()
        : this(OtlpSettings.Sends("TRACES"), OtlpSettings.Sends("METRICS"), static (_, _) => { })
    {
    }

    /// <summary>Begins to send.</summary>
    /// <param name="tracesAreSent">Whether spans are sent.</param>
    /// <param name="metricsAreSent">Whether metrics are sent.</param>
    /// <param name="configure">Changes what the environment says of a signal, <c>traces</c> or <c>metrics</c>.</param>
    internal OtlpExport(bool tracesAreSent, bool metricsAreSent, Action<string, OtlpExporterOptions> configure)
    {
        if (tracesAreSent)
        {
            _tracing = Sdk.CreateTracerProviderBuilder().ConfigureResource(Describe).AddSource(MetricNames.Meter)
                .AddOtlpExporter(exporter => configure("traces", exporter)).Build();
        }

        if (metricsAreSent)
        {
            _metrics = new PipelineMetrics();
            _measuring = Sdk.CreateMeterProviderBuilder().ConfigureResource(Describe).AddMeter(MetricNames.Meter)
                .AddOtlpExporter(exporter => configure("metrics", exporter)).Build();
        }
    }

    /// <summary>The name under which receivers list the program; <c>OTEL_SERVICE_NAME</c> replaces it.</summary>
    public static void Describe(ResourceBuilder resource)
    {
        if (!OtlpSettings.IsSet("OTEL_SERVICE_NAME"))
        {
            resource.AddService("dataforge", autoGenerateServiceInstanceId: false);
        }
    }

    /// <inheritdoc/>
    public void Write(Event written)
    {
        _spans.Write(written);
        _metrics?.Write(written);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _spans.Dispose();
        _tracing?.Dispose();
        _measuring?.Dispose();
        _metrics?.Dispose();
    }
}
