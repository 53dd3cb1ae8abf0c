namespace DataForge.Crawler.GitHub;

/// <summary>A repository as a search, or the API's description of the repository, reports it.</summary>
public sealed record DiscoveredRepository
{
    // A bound against hostile servers, far above real names and addresses.
    private const int MaxText = 1024;

    /// <summary>GitHub's number, which renames and transfers do not change; 1 to 2^63 − 1.</summary>
    public required long Id { get; init; }

    /// <summary><c>owner/name</c>, in the letter case of the response.</summary>
    public required string FullName { get; init; }

    /// <summary>The address that git fetches from: https; with a forge other than GitHub also http.</summary>
    public required string CloneUrl { get; init; }

    /// <summary>The branch that HEAD names; for an empty repository the branch that it would name.</summary>
    public required string DefaultBranch { get; init; }

    /// <summary>Stars (<c>stargazers_count</c>).</summary>
    public long Stars { get; init; }

    /// <summary>Forks (<c>forks_count</c>).</summary>
    public long Forks { get; init; }

    /// <summary>Whether it is a fork of another.</summary>
    public bool IsFork { get; init; }

    /// <summary>When it was created, UTC, whole seconds.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last pushed to, UTC, whole seconds; null if it never was.</summary>
    public DateTimeOffset? PushedAt { get; init; }

    /// <summary>When it, or one of its counts (stars, forks), last changed, UTC, whole seconds.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>
    /// The licence that GitHub found: an SPDX id, <c>NOASSERTION</c> where it did not recognise the text, null if there is none.
    /// </summary>
    public string? LicenseSpdx { get; init; }

    /// <summary>GitHub's estimate of the size of its git directory, in KiB; updated hourly, not exact.</summary>
    public long SizeKilobytes { get; init; }

    /// <summary>Whether only its members can see it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether its owner made it read-only.</summary>
    public bool IsArchived { get; init; }

    /// <summary>Whether GitHub disabled it.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Converts a repository of the API; null if a required field is missing, or its name or address is not valid.</summary>
    public static DiscoveredRepository? Of(Repository answer) =>
        answer is { Id: > 0, FullName: { } name, CloneUrl: { } address, CreatedAt: { } created }
        && GitHubClient.IsFullName(name) && IsAddress(address)
            ? new DiscoveredRepository
            {
                Id = answer.Id,
                FullName = name,
                CloneUrl = address,
                DefaultBranch = answer.DefaultBranch is { Length: <= MaxText } branch ? branch : "",
                Stars = Math.Max(0, answer.StargazersCount),
                Forks = Math.Max(0, answer.ForksCount),
                IsFork = answer.Fork,
                CreatedAt = ToWholeSeconds(created),
                PushedAt = answer.PushedAt is { } pushed ? ToWholeSeconds(pushed) : null,
                UpdatedAt = answer.UpdatedAt is { } updated ? ToWholeSeconds(updated) : null,
                LicenseSpdx = answer.License?.SpdxId is { Length: > 0 and <= MaxText } license ? license : null,
                SizeKilobytes = Math.Max(0, answer.Size),
                IsPrivate = answer.Private,
                IsArchived = answer.Archived ?? false,
                IsDisabled = answer.Disabled ?? false,
            }
            : null;

    private static bool IsAddress(string text) => text.Length <= MaxText && !text.Any(static c => char.IsControl(c) || c == ' ')
        && Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "https" or "http"
        && address.UserInfo.Length == 0;

    private static DateTimeOffset ToWholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
