using System.Net;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.GitHub;

/// <summary>An HTTP response of the API, read and classified.</summary>
internal sealed record ApiReply
{
    /// <summary>The status.</summary>
    public HttpStatusCode Status { get; init; }

    /// <summary>
    /// The outcome; without meaning where <see cref="IsServerError"/>, <see cref="IsRateLimited"/> or <see cref="Location"/> is set.
    /// </summary>
    public ApiOutcome Outcome { get; init; }

    /// <summary>The content; null unless the outcome is <see cref="ApiOutcome.Ok"/>.</summary>
    public object? Value { get; init; }

    /// <summary>Whether the server failed, so that the request may succeed when it is sent again.</summary>
    public bool IsServerError { get; init; }

    /// <summary>Whether the request was refused because a rate limit was exceeded.</summary>
    public bool IsRateLimited { get; init; }

    /// <summary>The target of a redirect; null where it is none.</summary>
    public Uri? Location { get; init; }

    /// <summary>How long the server asks to wait; null where it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The rate limit's state; null where the response has no such headers.</summary>
    public RateLimitHeaders? RateLimit { get; init; }

    /// <summary>The entity tag; null where there is none.</summary>
    public string? ETag { get; init; }

    /// <summary>The address of the next page; null on the last one.</summary>
    public string? Next { get; init; }

    /// <summary>The server's error message; empty where there is none.</summary>
    public string Message { get; init; } = "";
}
