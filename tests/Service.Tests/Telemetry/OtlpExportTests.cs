using System.Net;
using System.Net.Sockets;
using DataForge.Corpus.Telemetry;
using DataForge.Testing;

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
        using var receiver = new Receiver();

        using DataForgeProcess build = DataForgeProcess.StartWith(
            folder.Path,
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
            "build", "--workspace", folder["w"], "--source", "dir:" + folder["source"], "--until", "clean");
        (int code, _, string error) = await build.FinishAsync();

        Assert.True(code == 0, error);
        string[] spans = [.. receiver.Bodies("/v1/traces").SelectMany(body => Protobuf.Texts(body, 1, 2, 2, 5))];
        Assert.Equal(["part", "run", "stage clean", "stage crawl"], spans.Distinct().Order(StringComparer.Ordinal));
        byte[][] metrics = [.. receiver.Bodies("/v1/metrics").SelectMany(body => Protobuf.Fields(body, 1))
            .SelectMany(resource => Protobuf.Fields(resource, 2)).SelectMany(scope => Protobuf.Fields(scope, 2))];
        (string Name, string Unit)[] sent = [.. metrics.Select(metric => (Protobuf.Texts(metric, 1).Single(), Protobuf.Texts(metric, 3).Single())).Distinct()];
        Assert.All(sent, metric => Assert.Contains(MetricNames.All, known => (known.Name, known.Unit) == metric));
        DeclaredMetric[] expected =
            [MetricNames.RunsEnded, MetricNames.StageDuration, MetricNames.Parts, MetricNames.ContentsIn, MetricNames.ContentsOut, MetricNames.Dropped];
        Assert.All(expected, metric => Assert.Contains((metric.Name, metric.Unit), sent));
        Assert.All(receiver.Bodies("/v1/traces").SelectMany(body => Protobuf.Texts(body, 1, 1, 1, 2, 1)), value =>
            Assert.DoesNotContain("package", value, StringComparison.Ordinal));
    }

    // Takes what is posted to it.
    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly List<(string Path, byte[] Body)> _received = [];

        public Receiver()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            }

            _listener.Prefixes.Add(Address + "/");
            _listener.Start();
            _ = Task.Run(TakeAsync);
        }

        public string Address { get; }

        public IReadOnlyList<byte[]> Bodies(string path)
        {
            lock (_received)
            {
                return [.. _received.Where(request => request.Path == path).Select(request => request.Body)];
            }
        }

        public void Dispose() => _listener.Close();

        private async Task TakeAsync()
        {
            while (_listener.IsListening)
            {
                try
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    lock (_received)
                    {
                        _received.Add((context.Request.Url!.AbsolutePath, body.ToArray()));
                    }

                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
