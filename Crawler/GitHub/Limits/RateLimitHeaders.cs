using System.Globalization;
using System.Net.Http.Headers;

namespace DataForge.Crawler.GitHub.Limits;

/// <summary>
/// The state of a rate limit, as a response reports it in <c>x-ratelimit-*</c>
/// (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit).
/// </summary>
/// <param name="Limit">Requests per window.</param>
/// <param name="Remaining">Requests that remain in this window.</param>
/// <param name="Reset">When the window ends; whole seconds.</param>
internal readonly record struct RateLimitHeaders(long Limit, long Remaining, DateTimeOffset Reset)
{
    /// <summary>A later reset is not credible: GitHub's windows last a minute (search) or an hour (core).</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);

    private const long LastSecond = 7_258_118_400; // The year 2200: sums with it stay within the range of DateTimeOffset.

    /// <summary>Whether the reset is credible at a time.</summary>
    public bool IsCredible(DateTimeOffset now) => Reset - now <= LongestWindow;

    /// <summary>Reads the headers; null if they are missing or not valid.</summary>
    public static RateLimitHeaders? Read(HttpResponseHeaders headers) =>
        Number(headers, "x-ratelimit-limit") is { } limit
        && Number(headers, "x-ratelimit-remaining") is { } remaining
        && Number(headers, "x-ratelimit-reset") is { } reset and <= LastSecond
            ? new RateLimitHeaders(limit, remaining, DateTimeOffset.FromUnixTimeSeconds(reset))
            : null;

    /// <summary>Reads the same from <c>GET /rate_limit</c>; null if it is not valid.</summary>
    public static RateLimitHeaders? Of(RateLimit limit) => limit is { Limit: >= 0, Remaining: >= 0, Reset: >= 0 and <= LastSecond }
        ? new RateLimitHeaders(limit.Limit, limit.Remaining, DateTimeOffset.FromUnixTimeSeconds(limit.Reset))
        : null;

    /// <summary>
    /// Reads <c>retry-after</c>, seconds or a date (RFC 9110, section 10.2.3), as a time to wait from now on; a day at most.
    /// </summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        TimeSpan? wait = headers.RetryAfter?.Delta ?? (headers.RetryAfter?.Date is { } date ? date - now : null);
        return wait is { } time ? TimeSpan.FromTicks(Math.Clamp(time.Ticks, 0, TimeSpan.TicksPerDay)) : null;
    }

    private static long? Number(HttpResponseHeaders headers, string name) =>
        long.TryParse(Text(headers, name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string? Text(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;
}
