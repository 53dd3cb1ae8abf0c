using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataForge.Crawler.GitHub;

// The API's answers as far as they are used, named after their fields. Every field may be missing: what is needed is checked where it is.

/// <summary>A page of <c>GET /search/repositories</c>.</summary>
public sealed record SearchPage
{
    /// <summary>Results there are; more than 1,000 of them cannot be read.</summary>
    public long TotalCount { get; init; }

    /// <summary>Whether the search ran out of time, so that there may be more.</summary>
    public bool IncompleteResults { get; init; }

    /// <summary>The results of this page.</summary>
    public IReadOnlyList<Repository> Items { get; init; } = [];
}

/// <summary><c>GET /repos/{owner}/{repo}</c>, and an item of a search.</summary>
public sealed record Repository
{
    public long Id { get; init; }

    public string? FullName { get; init; }

    public bool Private { get; init; }

    public bool Fork { get; init; }

    public bool? Archived { get; init; }

    public bool? Disabled { get; init; }

    public string? DefaultBranch { get; init; }

    public long StargazersCount { get; init; }

    public long ForksCount { get; init; }

    /// <summary>KiB.</summary>
    public long Size { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? PushedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public string? CloneUrl { get; init; }

    public License? License { get; init; }
}

/// <summary>A licence as GitHub names it.</summary>
public sealed record License
{
    public string? Key { get; init; }

    public string? Name { get; init; }

    public string? SpdxId { get; init; }
}

/// <summary><c>GET /repos/{owner}/{repo}/license</c>: the licence file that GitHub found.</summary>
public sealed record LicenseContent
{
    public string? Path { get; init; }

    /// <summary>Its blob's id.</summary>
    public string? Sha { get; init; }

    public long Size { get; init; }

    /// <summary>The file, as <see cref="Encoding"/> says.</summary>
    public string? Content { get; init; }

    /// <summary><c>base64</c>, with line breaks.</summary>
    public string? Encoding { get; init; }

    public License? License { get; init; }
}

/// <summary>An item of <c>GET /repos/{owner}/{repo}/commits</c>. Names and addresses of people are not read.</summary>
public sealed record Commit
{
    public string? Sha { get; init; }

    [JsonPropertyName("commit")]
    public CommitDetail? Detail { get; init; }
}

/// <summary>What git knows of a commit.</summary>
public sealed record CommitDetail
{
    public Signature? Author { get; init; }

    public Signature? Committer { get; init; }

    public GitTree? Tree { get; init; }
}

/// <summary>When someone signed a commit.</summary>
public sealed record Signature
{
    public DateTimeOffset? Date { get; init; }
}

/// <summary>A tree's id.</summary>
public sealed record GitTree
{
    public string? Sha { get; init; }
}

/// <summary><c>GET /rate_limit</c>, which itself costs nothing.</summary>
public sealed record RateLimitOverview
{
    /// <summary>By resource: core, search and others.</summary>
    public IReadOnlyDictionary<string, RateLimit> Resources { get; init; } = new Dictionary<string, RateLimit>();
}

/// <summary>The budget of one resource.</summary>
public sealed record RateLimit
{
    public long Limit { get; init; }

    public long Used { get; init; }

    public long Remaining { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public long Reset { get; init; }
}

/// <summary><c>GET /user</c>.</summary>
public sealed record User
{
    public long Id { get; init; }

    public string? Login { get; init; }
}

/// <summary>What comes with a status that is no success.</summary>
public sealed record ErrorBody
{
    public string? Message { get; init; }

    /// <summary>What is wrong in particular: objects of which some have a message, or texts.</summary>
    public JsonElement Errors { get; init; }

    /// <summary>The message, with that of the first error that has one.</summary>
    public string Text
    {
        get
        {
            string? first = Errors.ValueKind != JsonValueKind.Array ? null : Errors.EnumerateArray()
                .Select(static error => error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out JsonElement text) && text.ValueKind == JsonValueKind.String
                    ? text.GetString() : null)
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
