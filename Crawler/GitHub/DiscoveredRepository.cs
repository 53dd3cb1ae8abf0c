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

    /// <summary>An answer as a repository; null where it lacks what makes one, or its name or address is no such.</summary>
    public static DiscoveredRepository? Of(Repository answer) =>
        answer is { Id: > 0, FullName: { } name, CloneUrl: { } address, CreatedAt: { } created } && GitHubClient.IsFullName(name) && IsAddress(address)
            ? new DiscoveredRepository
            {
                Id = answer.Id,
                FullName = name,
                CloneUrl = address,
                DefaultBranch = answer.DefaultBranch is { Length: <= MaxText } branch ? branch : "",
                Stars = Math.Max(0, answer.StargazersCount),
                Forks = Math.Max(0, answer.ForksCount),
                IsFork = answer.Fork,
                CreatedAt = Whole(created),
                PushedAt = answer.PushedAt is { } pushed ? Whole(pushed) : null,
                UpdatedAt = answer.UpdatedAt is { } updated ? Whole(updated) : null,
                LicenseSpdx = answer.License?.SpdxId is { Length: > 0 and <= MaxText } license ? license : null,
                SizeKilobytes = Math.Max(0, answer.Size),
                IsPrivate = answer.Private,
                IsArchived = answer.Archived ?? false,
                IsDisabled = answer.Disabled ?? false,
            }
            : null;

    private const int MaxText = 1024;

    private static bool IsAddress(string text) => text.Length <= MaxText && !text.Any(static c => char.IsControl(c) || c == ' ')
        && Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "https" or "http"
        && address.UserInfo.Length == 0;

    private static DateTimeOffset Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
