using System.Net;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;
using Polly.CircuitBreaker;

namespace DataForge.Crawler.GitHub.Handlers;

/// <summary>
/// Sends a request when the rate limits allow, with a token of the user whose budget it takes. The token is in the headers of the request
/// that is sent and nowhere else, and is removed from them afterwards.
/// </summary>
internal sealed class LimitHandler(GitHubClientOptions options, RequestLimiter limiter, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        ApiCall call = ApiCall.Of(request);
        using HttpRequestMessage message = call.Copy(request, request.RequestUri!);
        RequestLimiter.Permit permit = await limiter.AcquireAsync(call.Resource, call.Token, cancellation).ConfigureAwait(false);
        ApiAnswer answer;
        try
        {
            permit.Token?.Authorize(message);
            answer = (ApiAnswer)await base.SendAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            permit.Cancel(); // Nothing was sent.
            throw;
        }
        catch
        {
            permit.Fail();
            throw;
        }
        finally
        {
            message.Headers.Authorization = null;
        }

        permit.Complete(
            answer.RateLimit, isFree: answer.StatusCode == HttpStatusCode.NotModified,
            isGood: !answer.IsServerError && !answer.IsRateLimited, answer.IsRateLimited, answer.RetryAfter);
        return answer.StatusCode == HttpStatusCode.Unauthorized ? throw Unauthorized(permit.Token) : answer;
    }

    private DataForgeException Unauthorized(GitHubToken? token) => DataForgeException.Usage(token is null
        ? $"{options.BaseAddress.Host} asks for a token: set GITHUB_TOKEN, or name a file with Crawl:GitHubTokenFile."
        : $"{options.BaseAddress.Host} does not take the token of {token.Origin}: put a valid one there.");
}
