using DataForge.Corpus.Telemetry;
using DataForge.Service.Telemetry;
using DataForge.Testing;
using OpenTelemetry.Exporter;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>A build sends its metrics and spans to a receiver.</summary>
public sealed class OtlpExportTests
{
    [Fact]
    public async Task Build_withAReceiver_sendsItsMetricsAndSpans()
    {
        using var folder = new TemporaryFolder();
        folder.Write("source/package/LICENSE", "SPDX-License-Identifier: MIT\n");
        folder.Write("source/package/one.py", "def one():\n    return [1, 'one of many']\n");
        folder.Write("source/package/bad.py", "x = (\n");
        using var receiver = new OtlpReceiver();

        using DataForgeProcess build = DataForgeProcess.StartWith(
            folder.Path,
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
            "build", "--workspace", folder["w"], "--source", "dir:" + folder["source"], "--until", "clean");
        (int code, _, string error) = await build.FinishAsync();

        Assert.True(code == 0, error);
        string[] spans = [.. receiver.Bodies("/v1/traces").SelectMany(body => Protobuf.Texts(body, 1, 2, 2, 5))];
        Assert.Equal(["part", "run", "stage clean", "stage crawl"], spans.Distinct().Order(StringComparer.Ordinal));
        (string Name, string Unit)[] sent = [.. receiver.Metrics.Distinct()];
        Assert.All(sent, metric => Assert.Contains(MetricNames.All, known => (known.Name, known.Unit) == metric));
        DeclaredMetric[] expected =
            [MetricNames.RunsEnded, MetricNames.StageDuration, MetricNames.Parts, MetricNames.ContentsIn, MetricNames.ContentsOut, MetricNames.Dropped];
        Assert.All(expected, metric => Assert.Contains((metric.Name, metric.Unit), sent));
        Assert.All(receiver.Bodies("/v1/traces").SelectMany(body => Protobuf.Texts(body, 1, 1, 1, 2, 1)), value =>
            Assert.DoesNotContain("package", value, StringComparison.Ordinal));
    }

    [Fact]
    public void Export_ofOneEventOfEachKind_sendsEveryMetricOfTheBuild()
    {
        using var receiver = new OtlpReceiver();
        using (var export = new OtlpExport(tracesAreSent: true, metricsAreSent: true, (signal, exporter) =>
        {
            exporter.Endpoint = new Uri($"{receiver.Address}/v1/{signal}");
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        }))
        {
            OneOfEachEvent.WriteTo(export);
        }

        (string, string)[] sent = [.. receiver.Metrics];
        Assert.All(MetricNames.All.Where(metric => !IsOfTheService(metric)), metric => Assert.Contains((metric.Name, metric.Unit), sent));
        Assert.Equal(
            ["part", "run", "stage clean"],
            receiver.Bodies("/v1/traces").SelectMany(body => Protobuf.Texts(body, 1, 2, 2, 5)).Distinct().Order(StringComparer.Ordinal));
    }

    // Those of schedules, which only a service has.
    private static bool IsOfTheService(DeclaredMetric metric) =>
        metric.Name.StartsWith("dataforge.schedule.", StringComparison.Ordinal) || metric.Name.StartsWith("dataforge.service.", StringComparison.Ordinal)
        || metric.Name == MetricNames.DiskFree.Name;
}
