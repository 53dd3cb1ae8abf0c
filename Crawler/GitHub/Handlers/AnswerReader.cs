using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.GitHub.Handlers;

/// <summary>
/// Reads and classifies HTTP responses, whatever the server sends, within bounds. Octokit gets only what its parsers and the models take:
/// the model's fields of a success, the message of an error, one link, a tag, the target of a redirect.
/// </summary>
internal static class AnswerReader
{
    // Bounds on what is kept of a response. GitHub's tags have about 70 characters, its links a few hundred.
    private const int MaxETag = 256;
    private const int MaxLink = 2048;
    private const int MaxMessage = 200;
    private const int FirstBufferBytes = 16 << 10;

    /// <summary>Reads a response.</summary>
    /// <param name="response">The response, its body unread.</param>
    /// <param name="call">The call that it answers.</param>
    /// <param name="maxBytes">The body's limit, in bytes.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="JsonException">A success has a body that is not the JSON expected.</exception>
    /// <exception cref="DataForgeException">The body is too large.</exception>
    public static async Task<ApiAnswer> ReadAsync(
        HttpResponseMessage response, ApiCall call, int maxBytes, DateTimeOffset now, CancellationToken cancellation)
    {
        int status = (int)response.StatusCode;
        Uri? location = status is 301 or 302 or 307 or 308 ? response.Headers.Location : null;
        RateLimitHeaders? limit = RateLimitHeaders.Read(response.Headers);
        TimeSpan? retryAfter = RateLimitHeaders.RetryAfter(response.Headers, now);
        string message = "";
        byte[] content = [];
        if (location is null && status != 304)
        {
            ReadOnlyMemory<byte> body = await ReadBodyAsync(response, maxBytes, cancellation).ConfigureAwait(false);
            message = status == 200 ? "" : Message(body.Span);
            content = status == 200 ? Model(body.Span, call.Type) : Error(message);
        }

        var answer = new ApiAnswer(response.StatusCode)
        {
            RequestMessage = response.RequestMessage,
            Content = ApiAnswer.JsonContent(content),
            RateLimit = limit,
            RetryAfter = retryAfter,
            IsRateLimited = status == 429
                || (status == 403 && (retryAfter is not null || limit is { Remaining: 0 } || IsLimit(message, call.Resource))),
            IsServerError = location is null && status is not (200 or 304 or 400 or 401 or 403 or 404 or 409 or 410 or 422 or 429 or 451),
            Tag = response.Headers.ETag?.ToString() is { Length: <= MaxETag } tag ? tag : null,
        };
        answer.Headers.Location = location;
        if (Next(response) is { } next)
        {
            answer.Headers.TryAddWithoutValidation("Link", $"<{next}>; rel=\"next\"");
        }

        return answer;
    }

    // Octokit splits the header at commas, fails on links that occur twice, and reads only the first of several headers.
    private static string? Next(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out IEnumerable<string>? links)
        && LinkHeader.Next(links) is { Length: <= MaxLink } next
        && Uri.TryCreate(response.RequestMessage?.RequestUri, next, out Uri? address)
            ? address.AbsoluteUri.Replace(",", "%2C", StringComparison.Ordinal)
            : null;

    // A request that cannot be forbidden by itself, such as a search, was refused because of a limit, whatever the message says. The words
    // are those of https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#rate-limit-errors and of older versions.
    private static bool IsLimit(string message, string? resource) => resource is null or GitHubClient.SearchResource
        || message.Contains("rate limit", StringComparison.OrdinalIgnoreCase)
        || message.Contains("abuse", StringComparison.OrdinalIgnoreCase);

    // What the model holds of the body: a tenth of it, and nothing that Octokit's conversions fail on.
    private static byte[] Model(ReadOnlySpan<byte> body, JsonTypeInfo type)
    {
        object value = JsonSerializer.Deserialize(body, type) ?? throw new JsonException("the answer is null");
        return JsonSerializer.SerializeToUtf8Bytes(value, type);
    }

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

    private static byte[] Error(string message) => Encoding.UTF8.GetBytes(new JsonObject { ["message"] = message }.ToJsonString());

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
