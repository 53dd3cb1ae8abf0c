namespace DataForge.Forge.Repositories;

/// <summary>The options of generated repositories.</summary>
public sealed record GeneratorOptions
{
    /// <summary>Repositories in all. 0 to 10,000,000.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>The seed of everything that is generated.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// How many of them were created in one second with equal stars, forks, sizes and pushes, so that no window of created, pushed or stars
    /// can tell them apart. 0 to <see cref="Count"/>.
    /// </summary>
    public int SharedSecond { get; init; }

    /// <summary>The first repository's number.</summary>
    public long FirstId { get; init; } = 1_000_001;

    /// <summary>Stars of those of <see cref="SharedSecond"/>.</summary>
    public int SharedStars { get; init; } = 10;

    /// <summary>That second: 2021-03-04 05:06:07 UTC, in seconds since 1970.</summary>
    public long SharedTime { get; init; } = 1_614_834_367;

    /// <summary>The fewest stars.</summary>
    public int MinStars { get; init; } = 10;
}
