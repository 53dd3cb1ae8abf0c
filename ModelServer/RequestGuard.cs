using System.Net;
using Microsoft.AspNetCore.Http;

namespace DataForge.ModelServer;

/// <summary>
/// Refuses requests that a web page of someone else may have caused: those with a name in Host that is not this server's (DNS rebinding),
/// and those whose Origin is another page than one of this server.
/// </summary>
/// <param name="settings">Where the server listens, and its further names.</param>
internal sealed class RequestGuard(ServerSettings settings)
{
    /// <summary>Refuses a foreign request.</summary>
    /// <exception cref="ApiException">It is foreign.</exception>
    public void Require(HttpRequest request)
    {
        if (!IsOwn(request.Host.Host))
        {
            throw ApiException.Invalid(
                $"The host '{request.Host.Host}' is not this server's; start it with --host-name to add a name.", status: 403);
        }

        string own = $"{request.Scheme}://{request.Host}";
        if (request.Headers.Origin.Any(origin => !string.Equals(origin, own, StringComparison.OrdinalIgnoreCase)))
        {
            throw ApiException.Invalid("Requests from pages of other origins are refused.", status: 403);
        }
    }

    // An address cannot be rebound, so every address is this server's own where other machines may reach it.
    private bool IsOwn(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || settings.HostNames.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        return IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address)
            && (IPAddress.IsLoopback(address) || !IPAddress.IsLoopback(settings.Address));
    }
}
