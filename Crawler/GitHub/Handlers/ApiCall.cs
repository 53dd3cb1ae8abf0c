using System.Text.Json.Serialization.Metadata;

namespace DataForge.Crawler.GitHub.Handlers;

/// <summary>One call of the API: what the handlers beneath Octokit need to know, and what they found out.</summary>
/// <param name="resource">The rate limit that the request counts against; null for none.</param>
/// <param name="type">How the body of a success is read.</param>
internal sealed class ApiCall(string? resource, JsonTypeInfo type)
{
    private static readonly HttpRequestOptionsKey<ApiCall> Key = new("DataForge.ApiCall");

    /// <summary>The rate limit that the request counts against; null for none.</summary>
    public string? Resource => resource;

    /// <summary>How the body of a success is read.</summary>
    public JsonTypeInfo Type => type;

    /// <summary>The entity tag of the response that the caller has already; null for none.</summary>
    public string? ETag { get; init; }

    /// <summary>Under what key the response is cached; null for a response that is not cached.</summary>
    public string? CacheKey { get; init; }

    /// <summary>The token to use; null for any.</summary>
    public GitHubToken? Token { get; init; }

    /// <summary>Whether the server said that nothing changed since the response was cached.</summary>
    public bool IsUnchanged { get; set; }

    /// <summary>The host that the request was redirected to and not sent to; null if it was not.</summary>
    public string? MovedTo { get; set; }

    /// <summary>The clock's timestamp when the first attempt began.</summary>
    public long Began { get; set; }

    /// <summary>The call that a request belongs to.</summary>
    public static ApiCall Of(HttpRequestMessage request) => request.Options.TryGetValue(Key, out ApiCall? call)
        ? call
        : throw new InvalidOperationException("The request belongs to no call.");

    /// <summary>Makes a request part of this call.</summary>
    public void AttachTo(HttpRequestMessage request) => request.Options.Set(Key, this);

    /// <summary>A copy of a request of this call for an address.</summary>
    public HttpRequestMessage Copy(HttpRequestMessage request, Uri address)
    {
        var copy = new HttpRequestMessage(request.Method, address);
        foreach ((string name, IEnumerable<string> values) in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        AttachTo(copy);
        return copy;
    }
}
