using System.Text.Json;
using DataForge.Corpus;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace DataForge.Crawler.GitHub.Handlers;

/// <summary>Sends a request again after a failure or a refusal (<see cref="ApiResilience.Request"/>).</summary>
internal sealed class RetryHandler(GitHubClientOptions options, ApiResilience resilience, TimeProvider time, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        ApiCall.Of(request).Began = time.GetTimestamp();
        string why;
        Exception? inner = null;
        try
        {
            ApiAnswer answer = await resilience.Request.ExecuteAsync(
                static (state, cancellation) => state.Handler.SendOnceAsync(state.Request, cancellation),
                (Handler: this, Request: request),
                cancellation).ConfigureAwait(false);
            if (!answer.IsServerError && !answer.IsRateLimited)
            {
                return answer;
            }

            why = $"it answers {answer.StatusCode}";
        }
        catch (Exception e) when (
            e is HttpRequestException or IOException or TimeoutRejectedException or BrokenCircuitException or JsonException)
        {
            (why, inner) = (e is JsonException ? "its answer is not the expected JSON" : e.Message, e);
        }

        throw new DataForgeException(
            $"{options.BaseAddress.Host} does not serve {request.RequestUri!.AbsolutePath} after {options.Retries + 1} tries ({why}): "
            + "wait, then run the same command again; it continues where it stopped.",
            inner: inner);
    }

    private async ValueTask<ApiAnswer> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        (ApiAnswer)await base.SendAsync(request, cancellation).ConfigureAwait(false);
}
