using System.Net;
using DataForge.Service.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace DataForge.Service.Web;

/// <summary>
/// Refuses requests before any page sees them: those that name another host, as a page does that was made to resolve to this machine (DNS
/// rebinding); those with a long body; and those that change something, unless they carry the token and come from no other site.
/// </summary>
internal sealed class RequestGuard
{
    private readonly RequestDelegate _next;
    private readonly TokenGuard _token;
    private readonly HashSet<string> _hosts;

    /// <param name="next">Handles what is not refused.</param>
    /// <param name="options">The service's options.</param>
    /// <param name="token">Checks tokens.</param>
    public RequestGuard(RequestDelegate next, ServiceOptions options, TokenGuard token)
    {
        (_next, _token) = (next, token);
        IPAddress address = IPEndPoint.Parse(options.Listen).Address;
        string[] own = IPAddress.IsLoopback(address)
            ? ["localhost", "127.0.0.1", "[::1]", Text(address)]
            : ["localhost", "127.0.0.1", "[::1]", Text(address), Environment.MachineName];
        _hosts = own.Concat(options.Hosts).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Handles a request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        SetHeaders(context.Response.Headers);
        if (!_hosts.Contains(context.Request.Host.Host))
        {
            return Answer.Refuse(
                context, StatusCodes.Status421MisdirectedRequest,
                "this service does not answer under that name; its setting 'hosts' lists others");
        }

        if (LengthFault(context) is var (tooLong, fault))
        {
            return Answer.Refuse(context, tooLong, fault);
        }

        string method = context.Request.Method;
        return HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? _next(context)
            : !HttpMethods.IsPost(method)
                ? Answer.Refuse(context, StatusCodes.Status405MethodNotAllowed, "only GET, HEAD and POST are answered")
            : IsFromElsewhere(context.Request)
                ? Answer.Refuse(context, StatusCodes.Status403Forbidden, "the request comes from another site")
            : _token.Refusal(context) is var (status, reason) ? Answer.Refuse(context, status, reason)
            : _next(context);
    }

    // The server's own limit is met only where a body is read, and no page reads one.
    private static (int Status, string Reason)? LengthFault(HttpContext context) => context.Request.ContentLength switch
    {
        > HttpLimits.BodyBytes => (StatusCodes.Status413PayloadTooLarge, "the body is too long"),
        null when context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true } =>
            (StatusCodes.Status411LengthRequired, "a body needs its length (Content-Length)"),
        _ => null,
    };

    // Browsers say where a request comes from; other programs need not.
    private static bool IsFromElsewhere(HttpRequest request) =>
        (request.Headers.TryGetValue("Sec-Fetch-Site", out StringValues site) && site != "same-origin" && site != "none")
        || (request.Headers.TryGetValue("Origin", out StringValues origin) && origin != $"{request.Scheme}://{request.Host}");

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
    }

    private static string Text(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
