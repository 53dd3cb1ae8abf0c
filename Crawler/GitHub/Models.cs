using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataForge.Crawler.GitHub;

// The parts of the API's responses that are used, named after the response's fields. Every field may be missing; the code that uses one
// checks it.

/// <summary>A page of <c>GET /search/repositories</c>.</summary>
public sealed record SearchPage
{
    /// <summary>How many results there are; only the first 1,000 can be read.</summary>
    public long TotalCount { get; init; }

    /// <summary>Whether the search timed out, so that there may be more results.</summary>
    public bool IncompleteResults { get; init; }

    /// <summary>The results of this page.</summary>
    public IReadOnlyList<Repository> Items { get; init; } = [];
}

/// <summary><c>GET /repos/{owner}/{repo}</c>, and an item of a search.</summary>
public sealed record Repository
{
    /// <summary>GitHub's number of the repository.</summary>
    public long Id { get; init; }

    /// <summary><c>owner/name</c>.</summary>
    public string? FullName { get; init; }

    /// <summary>Whether only its members can see it.</summary>
    public bool Private { get; init; }

    /// <summary>Whether it is a fork.</summary>
    public bool Fork { get; init; }

    /// <summary>Whether its owner made it read-only.</summary>
    public bool? Archived { get; init; }

    /// <summary>Whether GitHub disabled it.</summary>
    public bool? Disabled { get; init; }

    /// <summary>The branch that HEAD names.</summary>
    public string? DefaultBranch { get; init; }

    /// <summary>Stars.</summary>
    public long StargazersCount { get; init; }

    /// <summary>Forks.</summary>
    public long ForksCount { get; init; }

    /// <summary>Size of its git directory, in KiB.</summary>
    public long Size { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was last pushed to.</summary>
    public DateTimeOffset? PushedAt { get; init; }

    /// <summary>When it, or one of its counts, last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The address that git fetches from.</summary>
    public string? CloneUrl { get; init; }

    /// <summary>The licence that GitHub found.</summary>
    public License? License { get; init; }
}

/// <summary>A licence that GitHub found.</summary>
public sealed record License
{
    /// <summary>GitHub's key, such as <c>mit</c>.</summary>
    public string? Key { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its SPDX id; <c>NOASSERTION</c> where the text was not recognised.</summary>
    public string? SpdxId { get; init; }
}

/// <summary><c>GET /repos/{owner}/{repo}/license</c>: the licence file that GitHub found.</summary>
public sealed record LicenseContent
{
    /// <summary>Its path in the repository.</summary>
    public string? Path { get; init; }

    /// <summary>Its blob's id.</summary>
    public string? Sha { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>The file's content, encoded as <see cref="Encoding"/> says.</summary>
    public string? Content { get; init; }

    /// <summary><c>base64</c>, with line breaks.</summary>
    public string? Encoding { get; init; }

    /// <summary>The licence that GitHub found in it.</summary>
    public License? License { get; init; }
}

/// <summary>An item of <c>GET /repos/{owner}/{repo}/commits</c>. Names and e-mail addresses are not read.</summary>
public sealed record Commit
{
    /// <summary>The commit's id.</summary>
    public string? Sha { get; init; }

    /// <summary>What git stores of the commit.</summary>
    [JsonPropertyName("commit")]
    public CommitDetail? Detail { get; init; }
}

/// <summary>What git stores of a commit.</summary>
public sealed record CommitDetail
{
    /// <summary>When it was written.</summary>
    public Signature? Author { get; init; }

    /// <summary>When it was committed.</summary>
    public Signature? Committer { get; init; }

    /// <summary>Its tree.</summary>
    public GitTree? Tree { get; init; }
}

/// <summary>The time in a commit's author or committer line.</summary>
public sealed record Signature
{
    /// <summary>The time.</summary>
    public DateTimeOffset? Date { get; init; }
}

/// <summary>A git tree.</summary>
public sealed record GitTree
{
    /// <summary>The tree's id.</summary>
    public string? Sha { get; init; }
}

/// <summary><c>GET /rate_limit</c>; the request itself does not count against a limit.</summary>
public sealed record RateLimitOverview
{
    /// <summary>The limits by resource: core, search and others.</summary>
    public IReadOnlyDictionary<string, RateLimit> Resources { get; init; } = new Dictionary<string, RateLimit>();
}

/// <summary>The rate limit of one resource.</summary>
public sealed record RateLimit
{
    /// <summary>Requests per window.</summary>
    public long Limit { get; init; }

    /// <summary>Requests used in this window.</summary>
    public long Used { get; init; }

    /// <summary>Requests that remain in this window.</summary>
    public long Remaining { get; init; }

    /// <summary>When the window ends, in seconds since 1970.</summary>
    public long Reset { get; init; }
}

/// <summary><c>GET /user</c>.</summary>
public sealed record User
{
    /// <summary>GitHub's number of the user.</summary>
    public long Id { get; init; }

    /// <summary>The user name.</summary>
    public string? Login { get; init; }
}

/// <summary>The body of an error response.</summary>
public sealed record ErrorBody
{
    /// <summary>The message.</summary>
    public string? Message { get; init; }

    /// <summary>Details: an array of objects, of which some have a message, or of texts.</summary>
    public JsonElement Errors { get; init; }

    /// <summary>The message, with that of the first error that has one.</summary>
    public string Text
    {
        get
        {
            string? first = Errors.ValueKind != JsonValueKind.Array ? null : Errors.EnumerateArray()
                .Select(static error => error.ValueKind == JsonValueKind.Object
                    && error.TryGetProperty("message", out JsonElement text) && text.ValueKind == JsonValueKind.String
                        ? text.GetString()
                        : null)
                .FirstOrDefault(static text => !string.IsNullOrEmpty(text));
            return first is null ? Message ?? "" : $"{Message}: {first}";
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(SearchPage))]
[JsonSerializable(typeof(Repository))]
[JsonSerializable(typeof(LicenseContent))]
[JsonSerializable(typeof(List<Commit>))]
[JsonSerializable(typeof(Commit))]
[JsonSerializable(typeof(RateLimitOverview))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class Json : JsonSerializerContext;
