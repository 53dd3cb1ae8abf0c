using System.Globalization;
using System.Net.Http.Headers;

namespace DataForge.Crawler.GitHub.Limits;

/// <summary>What an answer says of the budget it was charged to (<c>x-ratelimit-*</c>).</summary>
/// <param name="Limit">Requests of a window.</param>
/// <param name="Remaining">Requests left in this one.</param>
/// <param name="Reset">When it ends; whole seconds.</param>
internal readonly record struct RateLimitHeaders(long Limit, long Remaining, DateTimeOffset Reset)
{
    /// <summary>No window is as long; a reset further off is no statement.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);

    private const long LastSecond = 7_258_118_400; // The year 2200: sums with it stay within what a DateTimeOffset holds.

    /// <summary>Whether it can be true at a time.</summary>
    public bool IsCredible(DateTimeOffset now) => Reset - now <= LongestWindow;

    /// <summary>Reads the headers; null where they are missing or make no sense.</summary>
    public static RateLimitHeaders? Read(HttpResponseHeaders headers) =>
        Number(headers, "x-ratelimit-limit") is { } limit
        && Number(headers, "x-ratelimit-remaining") is { } remaining
        && Number(headers, "x-ratelimit-reset") is { } reset and <= LastSecond
            ? new RateLimitHeaders(limit, remaining, DateTimeOffset.FromUnixTimeSeconds(reset))
            : null;

    /// <summary>The same, from <c>GET /rate_limit</c>; null where it makes no sense.</summary>
    public static RateLimitHeaders? Of(RateLimit told) => told is { Limit: >= 0, Remaining: >= 0, Reset: >= 0 and <= LastSecond }
        ? new RateLimitHeaders(told.Limit, told.Remaining, DateTimeOffset.FromUnixTimeSeconds(told.Reset))
        : null;

    /// <summary>Reads <c>retry-after</c>, seconds or a date (RFC 9110, section 10.2.3), as a time to wait from now on.</summary>
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
