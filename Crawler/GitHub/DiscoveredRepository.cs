namespace DataForge.Crawler.GitHub;

/// <summary>A repository as a search, or its own page of the API, described it.</summary>
public sealed record DiscoveredRepository
{
    /// <summary>GitHub's number, which outlives renames and moves; 1 to 2^63 − 1.</summary>
    public required long Id { get; init; }

    /// <summary><c>owner/name</c>, in the letter case of the answer.</summary>
    public required string FullName { get; init; }

    /// <summary>Where git fetches it: https, or whatever a forge of its own says.</summary>
    public required string CloneUrl { get; init; }

    /// <summary>The branch that HEAD names; of an empty repository the one it would get.</summary>
    public required string DefaultBranch { get; init; }

    /// <summary>Stars (<c>stargazers_count</c>).</summary>
    public long Stars { get; init; }

    /// <summary>Forks (<c>forks_count</c>).</summary>
    public long Forks { get; init; }

    /// <summary>Whether it is a fork of another.</summary>
    public bool IsFork { get; init; }

    /// <summary>When it was created, UTC, whole seconds.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last pushed to, UTC, whole seconds; null where nothing ever was.</summary>
    public DateTimeOffset? PushedAt { get; init; }

    /// <summary>When it, or what is counted of it, last changed, UTC, whole seconds.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>GitHub's reading of its licence: an SPDX id, <c>NOASSERTION</c> where a text was not recognised, null where there is none.</summary>
    public string? LicenseSpdx { get; init; }

    /// <summary>Size of its git directory as GitHub reckons it, in KiB; hourly, and no promise.</summary>
    public long SizeKilobytes { get; init; }

    /// <summary>Whether only its members see it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether it is read-only by its owner's wish.</summary>
    public bool IsArchived { get; init; }

    /// <summary>Whether GitHub disabled it.</summary>
    public bool IsDisabled { get; init; }
}
