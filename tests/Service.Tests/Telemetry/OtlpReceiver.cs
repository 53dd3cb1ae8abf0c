using System.Net;
using DataForge.Corpus.Telemetry;
using DataForge.Testing;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>
/// An OTLP receiver that keeps what is posted to it. The numbers of fields are those of
/// https://github.com/open-telemetry/opentelemetry-proto.
/// </summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<(string Path, byte[] Body)> _received = [];

    private readonly HttpStatusCode _answer;

    /// <param name="answer">What it answers.</param>
    public OtlpReceiver(HttpStatusCode answer = HttpStatusCode.OK)
    {
        _answer = answer;
        Address = $"http://127.0.0.1:{FreePorts.Take()}";
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

    /// <summary>Each metric, as often as it came.</summary>
    public IEnumerable<SentMetric> Metrics => Bodies("/v1/metrics").SelectMany(body => Protobuf.Fields(body, 1))
        .SelectMany(resource => Protobuf.Fields(resource, 2)).SelectMany(scope => Protobuf.Fields(scope, 2)).Select(Read);

    /// <summary>Each span, as often as it came.</summary>
    public IEnumerable<SentSpan> Spans => Bodies("/v1/traces").SelectMany(body => Protobuf.Fields(body, 1))
        .SelectMany(resource => Protobuf.Fields(resource, 2)).SelectMany(scope => Protobuf.Fields(scope, 2))
        .Select(span => new SentSpan(
            Protobuf.Texts(span, 5).Single(), Id(span, 2)!, Id(span, 4),
            string.Join(", ", Protobuf.Texts(span, 9, 1).Order(StringComparer.Ordinal))));

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

                context.Response.StatusCode = (int)_answer;
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static SentMetric Read(byte[] metric)
    {
        (MetricKind kind, int data, int tags) = Protobuf.Fields(metric, 5).Count > 0 ? (MetricKind.Gauge, 5, 7)
            : Protobuf.Fields(metric, 7).Count > 0 ? (MetricKind.Counter, 7, 7)
            : (MetricKind.Histogram, 9, 9);
        return new SentMetric(
            Protobuf.Texts(metric, 1).Single(), Protobuf.Texts(metric, 3).Single(), kind,
            string.Join(", ", Protobuf.Texts(metric, data, 1, tags, 1).Distinct().Order(StringComparer.Ordinal)));
    }

    private static string? Id(byte[] span, int field) => Protobuf.Fields(span, field) is [{ Length: > 0 } id] ? Convert.ToHexString(id) : null;
}

/// <summary>A metric that was sent.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="Tags">The names of its tags, in order, with commas between them.</param>
internal sealed record SentMetric(string Name, string Unit, MetricKind Kind, string Tags)
{
    /// <summary>A declared metric as it should be sent.</summary>
    public static SentMetric Of(DeclaredMetric metric) =>
        new(metric.Name, metric.Unit, metric.Kind, string.Join(", ", metric.Tags.Order(StringComparer.Ordinal)));
}

/// <summary>A span that was sent.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its number.</param>
/// <param name="Parent">The number of the span that it is in; null where it is in none.</param>
/// <param name="Tags">The names of its tags, in order, with commas between them.</param>
internal sealed record SentSpan(string Name, string Id, string? Parent, string Tags);
