namespace DataForge.Crawler.GitHub;

/// <summary>How the API answered a request.</summary>
public enum ApiOutcome
{
    /// <summary>200.</summary>
    Ok,

    /// <summary>304: as it was when the entity tag was given out. Only where the caller brought the tag; kept answers come as <see cref="Ok"/>.</summary>
    NotModified,

    /// <summary>404: it is not there, or private and not for this user.</summary>
    NotFound,

    /// <summary>410: it is gone for good.</summary>
    Gone,

    /// <summary>451: blocked for legal reasons.</summary>
    Blocked,

    /// <summary>409: the repository is empty.</summary>
    Empty,

    /// <summary>403 that no limit explains: GitHub disabled it, or this user may not see it.</summary>
    Forbidden,

    /// <summary>422: the question makes no sense to the server, such as an unknown ref or a wrong qualifier.</summary>
    Unprocessable,

    /// <summary>It moved to another host, or round in circles; the client does not follow there.</summary>
    MovedAway,
}

/// <summary>An answer of the API.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Value">The answer; null unless the outcome is <see cref="ApiOutcome.Ok"/>.</param>
/// <param name="ETag">Its entity tag; null where it has none.</param>
/// <param name="Next">Path and query of the next page, relative to the base address; null on the last one.</param>
/// <param name="Message">What the server said went wrong, cut to 200 characters; empty where nothing did.</param>
/// <param name="IsUnchanged">Whether the server said that nothing changed since the answer was kept.</param>
public sealed record ApiAnswer<T>(ApiOutcome Outcome, T? Value, string? ETag = null, string? Next = null, string Message = "", bool IsUnchanged = false)
    where T : class;
