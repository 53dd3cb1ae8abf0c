using System.Net;
using DataForge.Testing;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>An OTLP receiver that keeps what is posted to it.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<(string Path, byte[] Body)> _received = [];

    public OtlpReceiver()
    {
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

    /// <summary>Name and unit of each metric, as often as it came.</summary>
    public IEnumerable<(string Name, string Unit)> Metrics => Bodies("/v1/metrics").SelectMany(body => Protobuf.Fields(body, 1))
        .SelectMany(resource => Protobuf.Fields(resource, 2)).SelectMany(scope => Protobuf.Fields(scope, 2))
        .Select(metric => (Protobuf.Texts(metric, 1).Single(), Protobuf.Texts(metric, 3).Single()));

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
