using System.Text;
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
        Assert.Equal(["part", "run", "stage clean", "stage crawl"], receiver.Spans.Select(span => span.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.All(Placed(receiver.Spans), span => Assert.Contains(span, DocumentedSpans()));
        SentMetric[] sent = [.. receiver.Metrics.Distinct()];
        Assert.All(sent, metric => Assert.Contains(metric, MetricNames.All.Select(SentMetric.Of)));
        DeclaredMetric[] expected =
            [MetricNames.RunsEnded, MetricNames.StageDuration, MetricNames.Parts, MetricNames.ContentsIn, MetricNames.ContentsOut, MetricNames.Dropped];
        Assert.All(expected, metric => Assert.Contains(SentMetric.Of(metric), sent));
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

        SentMetric[] sent = [.. receiver.Metrics];
        Assert.All(MetricNames.All.Where(metric => !ScheduleMetrics.All.Contains(metric)), metric => Assert.Contains(SentMetric.Of(metric), sent));
        Assert.Equal(DocumentedSpans(), Placed(receiver.Spans));
        Assert.All(
            receiver.Bodies("/v1/traces").Concat(receiver.Bodies("/v1/metrics")),
            body => Assert.DoesNotContain(OneOfEachEvent.Repository, Encoding.UTF8.GetString(body), StringComparison.Ordinal));
    }

    // Name, the span that it is in, and tags of each kind of span, of any stage.
    private static IEnumerable<string> Placed(IEnumerable<SentSpan> spans)
    {
        Dictionary<string, string> names = spans.ToDictionary(span => span.Id, span => AnyStage(span.Name));
        return spans.Select(span => $"{names[span.Id]} in {(span.Parent is null ? "" : names[span.Parent])}: {span.Tags}").Distinct().Order(StringComparer.Ordinal);
    }

    private static string AnyStage(string name) => name.StartsWith("stage ", StringComparison.Ordinal) ? "stage NAME" : name;

    // The table of the manual, as Placed has them.
    private static IEnumerable<string> DocumentedSpans()
    {
        string page = File.ReadAllText(Path.Combine(SharedFiles.ProjectRoot, "docs", "operating.md"));
        string[] rows = page.Split("<!-- table: spans -->\n")[1].Split("<!-- end -->")[0].TrimEnd().Split('\n')[2..];
        return rows.Select(row => row.Replace("`", "", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => $"{cells[1]} in {cells[2]}: {string.Join(", ", cells[3].Split(", ").Order(StringComparer.Ordinal))}")
            .Order(StringComparer.Ordinal);
    }
}
