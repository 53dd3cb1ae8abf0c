namespace DataForge.Forge.Faults;

/// <summary>The kind of a fault.</summary>
public enum FaultKind
{
    /// <summary>Another status with GitHub's text for it.</summary>
    Status,

    /// <summary>The connection is reset before a byte is sent.</summary>
    Reset,

    /// <summary>Nothing is ever sent; the client has to give up.</summary>
    Hang,

    /// <summary>Half of the body is sent, then the connection is closed; <c>content-length</c> states the whole.</summary>
    CutBody,

    /// <summary>The body is sent in sixteen pieces with a pause before each.</summary>
    SlowBody,

    /// <summary>Status 200 and a page of HTML instead of JSON, as proxies send it.</summary>
    NotJson,
}

/// <summary>A fault to be met by requests whose path and query begin with <see cref="Target"/>.</summary>
public sealed record PlantedFault(FaultKind Kind)
{
    /// <summary>Start of the path and query; empty for every request.</summary>
    public string Target { get; init; } = "";

    /// <summary>Requests that pass before the first one meets it.</summary>
    public int Skip { get; init; }

    /// <summary>Requests that meet it.</summary>
    public int Times { get; init; } = 1;

    /// <summary>The status of <see cref="FaultKind.Status"/>.</summary>
    public int Status { get; init; } = 500;

    /// <summary>The value of <c>retry-after</c>, seconds or a date; null sends none.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>Whether the headers claim that the budget is used up until the window ends.</summary>
    public bool ClaimsExhausted { get; init; }

    /// <summary>The pause before each piece of <see cref="FaultKind.SlowBody"/>.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The fault as text, for the log.</summary>
    public string Name => Kind == FaultKind.Status ? $"status {Status}" : Kind.ToString();
}
