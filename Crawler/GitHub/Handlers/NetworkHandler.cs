using DataForge.Corpus;

namespace DataForge.Crawler.GitHub.Handlers;

/// <summary>
/// Sends one attempt and reads its answer, within the circuit breaker and a timeout that includes the body
/// (<see cref="ApiResilience.Attempt"/>).
/// </summary>
internal sealed class NetworkHandler(
    GitHubClientOptions options, HttpMessageInvoker network, ApiResilience resilience, TimeProvider time) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        await resilience.Attempt.ExecuteAsync(
            static (state, stop) => state.Handler.SendOnceAsync(state.Request, stop),
            (Handler: this, Request: request),
            cancellation).ConfigureAwait(false);

    private async ValueTask<ApiAnswer> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        ApiCall call = ApiCall.Of(request);
        try
        {
            using HttpResponseMessage response = await ReceiveAsync(request, cancellation).ConfigureAwait(false);
            resilience.Responded();
            response.RequestMessage ??= request;
            return await AnswerReader.ReadAsync(response, call, options.MaxBodyBytes, time.GetUtcNow(), cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (resilience.IsConnectTimeOver(e, time.GetElapsedTime(call.Began)))
        {
            throw new DataForgeException(
                $"{options.BaseAddress.Authority} cannot be reached ({e.Message}): see that this machine has a network and that "
                + "Crawl:GitHubBaseAddress is right, then run the same command again.",
                inner: e);
        }
    }

    private async Task<HttpResponseMessage> ReceiveAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await network.SendAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // The handler has a timeout of its own for connecting.
            throw new HttpRequestException(HttpRequestError.ConnectionError, "the connection timed out", e);
        }
    }
}
