using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.GitHub;

/// <summary>Reads and classifies HTTP responses, whatever the server sends, within bounds.</summary>
internal static class ReplyReader
{
    // Bounds on what is kept of a response. GitHub's tags have about 70 characters, its links a few hundred.
    private const int MaxETag = 256;
    private const int MaxLink = 2048;
    private const int MaxMessage = 200;
    private const int FirstBufferBytes = 16 << 10;

    /// <summary>Reads a response.</summary>
    /// <param name="response">The response, its body unread.</param>
    /// <param name="resource">The rate limit that the request counts against; null for none.</param>
    /// <param name="type">How the body of a success is read.</param>
    /// <param name="maxBytes">The body's limit, in bytes.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="JsonException">A success has a body that is not the JSON expected.</exception>
    /// <exception cref="DataForgeException">The body is too large.</exception>
    public static async Task<ApiReply> ReadAsync(
        HttpResponseMessage response, string? resource, JsonTypeInfo type, int maxBytes, DateTimeOffset now, CancellationToken cancellation)
    {
        int status = (int)response.StatusCode;
        var reply = new ApiReply
        {
            Status = response.StatusCode,
            RateLimit = RateLimitHeaders.Read(response.Headers),
            RetryAfter = RateLimitHeaders.RetryAfter(response.Headers, now),
            ETag = response.Headers.ETag?.ToString() is { Length: <= MaxETag } etag ? etag : null,
            Next = response.Headers.TryGetValues("Link", out IEnumerable<string>? links)
                && LinkHeader.Next(links) is { Length: <= MaxLink } next ? next : null,
        };
        if (status == 304)
        {
            return reply with { Outcome = ApiOutcome.NotModified };
        }

        if (status is 301 or 302 or 307 or 308)
        {
            return response.Headers.Location is { } location
                ? reply with { Location = location }
                : reply with { IsServerError = true };
        }

        ReadOnlyMemory<byte> body = await ReadBodyAsync(response, maxBytes, cancellation).ConfigureAwait(false);
        if (status == 200)
        {
            return reply with
            {
                Outcome = ApiOutcome.Ok,
                Value = JsonSerializer.Deserialize(body.Span, type) ?? throw new JsonException("the answer is null"),
            };
        }

        return Classify(reply with { Message = Message(body.Span) }, status, resource);
    }

    private static ApiReply Classify(ApiReply reply, int status, string? resource) => status switch
    {
        404 => reply with { Outcome = ApiOutcome.NotFound },
        409 => reply with { Outcome = ApiOutcome.Empty },
        410 => reply with { Outcome = ApiOutcome.Gone },
        422 or 400 => reply with { Outcome = ApiOutcome.Unprocessable },
        451 => reply with { Outcome = ApiOutcome.Blocked },
        401 => reply,
        429 => reply with { IsRateLimited = true },
        403 => IsRateLimit(reply, resource) ? reply with { IsRateLimited = true } : reply with { Outcome = ApiOutcome.Forbidden },
        _ => reply with { IsServerError = true },
    };

    // A request that cannot be forbidden by itself, such as a search, was refused because of a limit, whatever the message says. The words
    // are those of https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#rate-limit-errors and of older versions.
    private static bool IsRateLimit(ApiReply reply, string? resource) => reply.RetryAfter is not null || reply.RateLimit is { Remaining: 0 }
        || resource is null or GitHubClient.SearchResource
        || reply.Message.Contains("rate limit", StringComparison.OrdinalIgnoreCase)
        || reply.Message.Contains("abuse", StringComparison.OrdinalIgnoreCase);

    private static string Message(ReadOnlySpan<byte> body)
    {
        try
        {
            string message = JsonSerializer.Deserialize(body, Json.Default.ErrorBody)?.Text ?? "";
            return new string([.. message.Take(MaxMessage).Select(static c => char.IsControl(c) ? ' ' : c)]);
        }
        catch (JsonException)
        {
            return ""; // An error page of a proxy; the status is enough.
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(
        HttpResponseMessage response, int maxBytes, CancellationToken cancellation)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[(int)Math.Clamp(response.Content.Headers.ContentLength ?? 0, FirstBufferBytes, maxBytes)];
        int length = 0;
        while (true)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return buffer.AsMemory(0, length);
            }

            length += read;
            if (length >= maxBytes)
            {
                throw new DataForgeException(
                    $"{response.RequestMessage?.RequestUri?.Host} sent an answer of more than {maxBytes} bytes; this is no GitHub API.");
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(maxBytes, buffer.Length * 2L));
            }
        }
    }
}
