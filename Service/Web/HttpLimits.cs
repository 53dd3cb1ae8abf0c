using System.Net;
using DataForge.Service.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DataForge.Service.Web;

/// <summary>What the service takes of a request and of a connection.</summary>
internal static class HttpLimits
{
    /// <summary>The longest body that a request may have; no page needs more than a few bytes.</summary>
    public const int BodyBytes = 16 << 10;

    // No request has more headers than a browser sends.
    private const int HeaderBytes = 16 << 10;
    private const int LineBytes = 4 << 10;
    private const int Headers = 64;

    // Idle connections cost a few kilobytes each, and are closed after this.
    private const int Connections = 4096;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SlowestHeaders = TimeSpan.FromSeconds(5);

    /// <summary>Sets the limits, and the address that the service listens at.</summary>
    public static void Apply(KestrelServerOptions server, ServiceOptions options)
    {
        server.AddServerHeader = false;
        server.AllowSynchronousIO = false;
        KestrelServerLimits limits = server.Limits;
        limits.MaxRequestBodySize = BodyBytes;
        limits.MaxRequestHeadersTotalSize = HeaderBytes;
        limits.MaxRequestHeaderCount = Headers;
        limits.MaxRequestLineSize = LineBytes;
        limits.MaxRequestBufferSize = HeaderBytes + LineBytes;
        limits.MaxConcurrentConnections = Connections;
        limits.KeepAliveTimeout = Idle;
        limits.RequestHeadersTimeout = SlowestHeaders;
        server.Listen(IPEndPoint.Parse(options.Listen), listen => listen.Protocols = HttpProtocols.Http1);
    }
}
