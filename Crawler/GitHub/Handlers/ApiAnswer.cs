using System.Net;
using System.Net.Http.Headers;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.GitHub.Handlers;

/// <summary>A response of the API, read within limits and classified. Its content is what the models hold of the body.</summary>
internal sealed class ApiAnswer(HttpStatusCode status) : HttpResponseMessage(status)
{
    /// <summary>Whether the server failed, so that the request may succeed when it is sent again.</summary>
    public bool IsServerError { get; init; }

    /// <summary>Whether the request was refused because a rate limit was exceeded.</summary>
    public bool IsRateLimited { get; init; }

    /// <summary>How long the server asks to wait; null if it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The rate limit's state; null if the response has no such headers.</summary>
    public RateLimitHeaders? RateLimit { get; init; }

    /// <summary>The entity tag, as it was sent; null if there is none.</summary>
    public string? Tag
    {
        get => Headers.ETag?.ToString();
        set
        {
            Headers.Remove("ETag");
            if (value is not null)
            {
                Headers.TryAddWithoutValidation("ETag", value);
            }
        }
    }

    /// <summary>A body of JSON.</summary>
    public static HttpContent JsonContent(byte[] json)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
