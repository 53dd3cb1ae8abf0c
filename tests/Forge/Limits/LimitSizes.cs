namespace DataForge.Forge.Limits;

/// <summary>The sizes of the rate limits (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api).</summary>
public sealed record LimitSizes
{
    /// <summary>GitHub's limits.</summary>
    public static LimitSizes GitHub { get; } = new();

    /// <summary>No limits.</summary>
    public static LimitSizes None { get; } = new()
    {
        Core = 1_000_000_000, Search = 1_000_000_000, AnonymousCore = 1_000_000_000, AnonymousSearch = 1_000_000_000,
        Concurrent = 1_000_000, PointsPerMinute = 1_000_000_000,
    };

    /// <summary>Requests of a user in a <see cref="CoreWindow"/>.</summary>
    public int Core { get; init; } = 5000;

    /// <summary>Searches of a user in a <see cref="SearchWindow"/>.</summary>
    public int Search { get; init; } = 30;

    /// <summary>Requests without a token in a <see cref="CoreWindow"/>.</summary>
    public int AnonymousCore { get; init; } = 60;

    /// <summary>Searches without a token in a <see cref="SearchWindow"/>.</summary>
    public int AnonymousSearch { get; init; } = 10;

    /// <summary>Whole seconds; the window begins with its first request.</summary>
    public TimeSpan CoreWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whole seconds; the window begins with its first request.</summary>
    public TimeSpan SearchWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Requests of a user in flight at a time (secondary).</summary>
    public int Concurrent { get; init; } = 100;

    /// <summary>Points of a user in any 60 seconds, 1 for each request (secondary).</summary>
    public int PointsPerMinute { get; init; } = 900;

    /// <summary>Seconds stated in <c>retry-after</c> when a secondary limit is exceeded; null sends none.</summary>
    public int? SecondaryRetryAfter { get; init; } = 60;
}
