using System.Net;

namespace DataForge.Crawler.GitHub.Handlers;

/// <summary>
/// Makes requests conditional. Where nothing changed since a response was cached, the cached one is the response, at no cost; a new one is
/// cached as the model, which has a tenth of the response's size.
/// </summary>
internal sealed class ConditionalHandler(IResponseCache cache, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        ApiCall call = ApiCall.Of(request);
        CachedResponse? cached = call.CacheKey is null ? null : cache.FindResponse(call.CacheKey);
        if ((cached?.ETag ?? call.ETag) is { } tag)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        var answer = (ApiAnswer)await base.SendAsync(request, cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotModified && cached is not null)
        {
            call.IsUnchanged = true;
            answer.StatusCode = HttpStatusCode.OK;
            answer.Content = ApiAnswer.JsonContent(cached.Body);
            answer.Tag = cached.ETag;
        }
        else if (answer is { StatusCode: HttpStatusCode.OK, Tag: { } current } && call.CacheKey is { } key)
        {
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            cache.StoreResponse(key, new CachedResponse(current, body));
        }

        return answer;
    }
}
