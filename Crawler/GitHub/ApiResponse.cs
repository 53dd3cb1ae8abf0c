namespace DataForge.Crawler.GitHub;

/// <summary>The outcome of a request to the API.</summary>
public enum ApiOutcome
{
    /// <summary>200.</summary>
    Ok,

    /// <summary>
    /// 304: unchanged since the entity tag was issued. Only where the caller passed the tag; cached responses come as <see cref="Ok"/>.
    /// </summary>
    NotModified,

    /// <summary>404: it does not exist, or is private and not visible to this user.</summary>
    NotFound,

    /// <summary>410: it was removed permanently.</summary>
    Gone,

    /// <summary>451: blocked for legal reasons.</summary>
    Blocked,

    /// <summary>409: the repository is empty.</summary>
    Empty,

    /// <summary>403 that no rate limit explains: GitHub disabled it, or this user may not see it.</summary>
    Forbidden,

    /// <summary>422: the server cannot process the request, for example because of an unknown ref or a wrong qualifier.</summary>
    Unprocessable,

    /// <summary>It redirects to another host or in a circle; the client does not follow.</summary>
    MovedAway,
}

/// <summary>A response of the API.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Value">The content; null unless the outcome is <see cref="ApiOutcome.Ok"/>.</param>
/// <param name="ETag">Its entity tag; null if it has none.</param>
/// <param name="Next">Path and query of the next page, relative to the base address; null on the last page.</param>
/// <param name="Message">The server's error message, cut to 200 characters; empty if there is no error.</param>
/// <param name="IsUnchanged">Whether the server said that nothing changed since the response was cached.</param>
public sealed record ApiResponse<T>(
    ApiOutcome Outcome, T? Value, string? ETag = null, string? Next = null, string Message = "", bool IsUnchanged = false)
    where T : class;
