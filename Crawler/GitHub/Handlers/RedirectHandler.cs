using System.Net;

namespace DataForge.Crawler.GitHub.Handlers;

/// <summary>
/// Follows redirects that stay on the host. Nothing is sent to another host: the answer then has no target, so that Octokit, which follows
/// any, does not either.
/// </summary>
internal sealed class RedirectHandler(Uri baseAddress, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // RFC 9110, 15.4: "an earlier version of this specification recommended a maximum of five redirections".
    private const int MaxRedirects = 5;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        ApiCall call = ApiCall.Of(request);
        Uri address = request.RequestUri!;
        for (int hop = 0; hop <= MaxRedirects && IsOnHost(address); hop++)
        {
            using HttpRequestMessage message = call.Copy(request, address);
            HttpResponseMessage answer = await base.SendAsync(message, cancellation).ConfigureAwait(false);
            if (answer.Headers.Location is not { } location)
            {
                return answer;
            }

            address = new Uri(address, location);
        }

        call.MovedTo = address.Host;
        return new ApiAnswer(HttpStatusCode.MovedPermanently) { RequestMessage = request };
    }

    private bool IsOnHost(Uri address) => address.Scheme == baseAddress.Scheme
        && address.IdnHost == baseAddress.IdnHost && address.Port == baseAddress.Port;
}
