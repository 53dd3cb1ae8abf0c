using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.GitHub;

/// <summary>An answer, read and judged.</summary>
internal sealed record Reply
{
    public HttpStatusCode Status { get; init; }

    public ApiOutcome Outcome { get; init; }

    /// <summary>The answer; null unless the outcome is <see cref="ApiOutcome.Ok"/>.</summary>
    public object? Value { get; init; }

    /// <summary>The server's own trouble, which may pass.</summary>
    public bool IsFault { get; init; }

    /// <summary>A limit was passed.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Where it is now, of a redirect.</summary>
    public Uri? Location { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public RateLimitHeaders? Told { get; init; }

    public string? ETag { get; init; }

    public string? Next { get; init; }

    public string Message { get; init; } = "";
}

/// <summary>Reads what a server sent, whatever it sent, within bounds.</summary>
internal static class ReplyReader
{
    private const int MaxETag = 256;
    private const int MaxLink = 2048;
    private const int MaxMessage = 200;

    /// <exception cref="JsonException">A success came with a body that is none.</exception>
    /// <exception cref="DataForgeException">The body is too large.</exception>
    public static async Task<Reply> ReadAsync(
        HttpResponseMessage response, string? resource, JsonTypeInfo type, int maxBytes, DateTimeOffset now, CancellationToken cancellation)
    {
        int status = (int)response.StatusCode;
        var reply = new Reply
        {
            Status = response.StatusCode,
            Told = RateLimitHeaders.Read(response.Headers),
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
                : reply with { IsFault = true };
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

        return Judge(reply with { Message = Message(body.Span) }, status, resource);
    }

    private static Reply Judge(Reply reply, int status, string? resource) => status switch
    {
        404 => reply with { Outcome = ApiOutcome.NotFound },
        409 => reply with { Outcome = ApiOutcome.Empty },
        410 => reply with { Outcome = ApiOutcome.Gone },
        422 or 400 => reply with { Outcome = ApiOutcome.Unprocessable },
        451 => reply with { Outcome = ApiOutcome.Blocked },
        401 => reply,
        429 => reply with { IsRefusal = true },
        403 => IsLimit(reply, resource) ? reply with { IsRefusal = true } : reply with { Outcome = ApiOutcome.Forbidden },
        _ => reply with { IsFault = true },
    };

    // What cannot be forbidden in itself is refused for a limit, whatever the answer says.
    private static bool IsLimit(Reply reply, string? resource) => reply.RetryAfter is not null || reply.Told is { Remaining: 0 }
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
            return ""; // A proxy's page: the status says enough.
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellation)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[(int)Math.Clamp(response.Content.Headers.ContentLength ?? 0, 16 << 10, maxBytes)];
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
