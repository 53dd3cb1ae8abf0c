using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.GitHub;

/// <summary>The order of a search's results.</summary>
public enum SearchOrder
{
    /// <summary>Last changed first: what changed since the last round is on the first pages.</summary>
    UpdatedDescending,

    /// <summary>Last changed last.</summary>
    UpdatedAscending,

    /// <summary>Most stars first.</summary>
    StarsDescending,

    /// <summary>Fewest stars first.</summary>
    StarsAscending,

    /// <summary>Most forks first.</summary>
    ForksDescending,

    /// <summary>Fewest forks first.</summary>
    ForksAscending,

    /// <summary>GitHub's own order.</summary>
    BestMatch,
}

/// <summary>
/// The part of GitHub's REST API that a crawl needs (https://docs.github.com/rest): one method per kind of request, named after it.
/// Rate limits, retries and redirects are handled. Thread-safe.
/// </summary>
public sealed class GitHubClient
{
    /// <summary>The most results that a search returns (https://docs.github.com/rest/search/search#about-search).</summary>
    public const int MaxResults = 1000;

    /// <summary>The most results of one page.</summary>
    public const int PageSize = 100;

    internal const string SearchResource = "search";
    internal const string CoreResource = "core";

    // A bound on input; GitHub allows 39 characters for an owner and 100 for a repository.
    private const int MaxName = 256;
    private readonly ApiTransport _transport;
    private readonly IResponseCache _cache;

    internal GitHubClient(ApiTransport transport, IResponseCache cache) => (_transport, _cache) = (transport, cache);

    /// <summary><c>GET /search/repositories</c>, a first page of 100. Costs a search.</summary>
    /// <param name="query">The words and qualifiers.</param>
    /// <param name="order">The order.</param>
    /// <param name="etag">The entity tag of the first page when it was read last; null to read it in any case.</param>
    /// <param name="cancellation">Stops the request.</param>
    public Task<ApiResponse<SearchPage>> SearchRepositoriesAsync(
        string query, SearchOrder order, string? etag = null, CancellationToken cancellation = default)
    {
        string sort = order switch
        {
            SearchOrder.UpdatedDescending => "&sort=updated&order=desc",
            SearchOrder.UpdatedAscending => "&sort=updated&order=asc",
            SearchOrder.StarsDescending => "&sort=stars&order=desc",
            SearchOrder.StarsAscending => "&sort=stars&order=asc",
            SearchOrder.ForksDescending => "&sort=forks&order=desc",
            SearchOrder.ForksAscending => "&sort=forks&order=asc",
            _ => "",
        };
        string path = string.Create(
            CultureInfo.InvariantCulture, $"search/repositories?q={Uri.EscapeDataString(query)}{sort}&per_page={PageSize}&page=1");
        return NextSearchPageAsync(path, etag, cancellation);
    }

    /// <summary>The next page of a search. Costs a search.</summary>
    /// <param name="next"><see cref="ApiResponse{T}.Next"/> of the page before.</param>
    /// <param name="cancellation">Stops the request.</param>
    public Task<ApiResponse<SearchPage>> NextSearchPageAsync(string next, CancellationToken cancellation) =>
        NextSearchPageAsync(next, null, cancellation);

    /// <summary><c>GET /repos/{owner}/{repo}</c>; follows renames. Costs a request, or none where nothing changed.</summary>
    public Task<ApiResponse<Repository>> GetRepositoryAsync(string fullName, CancellationToken cancellation = default) =>
        GetCachedAsync($"repos/{Escape(fullName)}", Json.Default.Repository, null, null, cancellation);

    /// <summary><c>GET /repos/{owner}/{repo}/license</c>. Costs a request, or none where nothing changed.</summary>
    public Task<ApiResponse<LicenseContent>> GetLicenseAsync(string fullName, CancellationToken cancellation = default) =>
        GetCachedAsync($"repos/{Escape(fullName)}/license", Json.Default.LicenseContent, null, null, cancellation);

    /// <summary>
    /// <c>GET /repos/{owner}/{repo}/commits</c>, the newest first; <see cref="ApiOutcome.Empty"/> where there are none. Costs a request,
    /// or none where nothing changed.
    /// </summary>
    public async Task<ApiResponse<IReadOnlyList<Commit>>> ListCommitsAsync(
        string fullName, int perPage = 1, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perPage, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perPage, PageSize);
        string path = string.Create(CultureInfo.InvariantCulture, $"repos/{Escape(fullName)}/commits?per_page={perPage}");
        ApiResponse<List<Commit>> response =
            await GetCachedAsync(path, Json.Default.ListCommit, null, null, cancellation).ConfigureAwait(false);
        return new(response.Outcome, response.Value, response.ETag, response.Next, response.Message, response.IsUnchanged);
    }

    /// <summary>
    /// <c>GET /repos/{owner}/{repo}/commits/{ref}</c>: a branch, tag or id. An unknown one is <see cref="ApiOutcome.Unprocessable"/> or
    /// <see cref="ApiOutcome.NotFound"/>. Costs a request, or none where nothing changed.
    /// </summary>
    public Task<ApiResponse<Commit>> GetCommitAsync(string fullName, string reference, CancellationToken cancellation = default) =>
        GetCachedAsync(
            $"repos/{Escape(fullName)}/commits/{Uri.EscapeDataString(reference)}?per_page=1",
            Json.Default.Commit, null, null, cancellation);

    /// <summary><c>GET /rate_limit</c>. Costs nothing.</summary>
    public async Task<ApiResponse<RateLimitOverview>> GetRateLimitAsync(CancellationToken cancellation = default) =>
        ToResponse(
            await _transport.GetAsync("rate_limit", null, Json.Default.RateLimitOverview, null, null, cancellation).ConfigureAwait(false),
            Json.Default.RateLimitOverview);

    /// <summary>
    /// Acquires a permit for a request that counts against the core limit and is not one of these methods (that of an archive, whose body
    /// is streamed).
    /// </summary>
    internal Task<RequestLimiter.Permit> AcquireCorePermitAsync(CancellationToken cancellation) =>
        _transport.AcquirePermitAsync(CoreResource, cancellation);

    /// <summary><c>GET /user</c>: the user that a token belongs to. Costs a request, or none where nothing changed.</summary>
    internal Task<ApiResponse<User>> GetUserAsync(GitHubToken token, CancellationToken cancellation) =>
        GetCachedAsync("user", Json.Default.User, $"user#{token.Fingerprint}", token, cancellation);

    private async Task<ApiResponse<SearchPage>> NextSearchPageAsync(string path, string? etag, CancellationToken cancellation) =>
        ToResponse(await _transport.GetAsync(path, SearchResource, Json.Default.SearchPage, etag, null, cancellation).ConfigureAwait(false),
            Json.Default.SearchPage);

    // Asks whether the cached response is still current. The model is cached, which has a tenth of the response's size.
    private async Task<ApiResponse<T>> GetCachedAsync<T>(
        string path, JsonTypeInfo<T> type, string? key, GitHubToken? token, CancellationToken cancellation)
        where T : class
    {
        key ??= path;
        CachedResponse? cached = _cache.FindResponse(key);
        ApiReply reply = await _transport.GetAsync(path, CoreResource, type, cached?.ETag, token, cancellation).ConfigureAwait(false);
        if (reply.Outcome == ApiOutcome.NotModified && cached is not null)
        {
            return new(ApiOutcome.Ok, JsonSerializer.Deserialize(cached.Body, type), cached.ETag, reply.Next, IsUnchanged: true);
        }

        if (reply is { Outcome: ApiOutcome.Ok, ETag: { } etag, Value: T value })
        {
            _cache.StoreResponse(key, new CachedResponse(etag, JsonSerializer.SerializeToUtf8Bytes(value, type)));
        }

        return ToResponse(reply, type);
    }

    private static ApiResponse<T> ToResponse<T>(ApiReply reply, JsonTypeInfo<T> _)
        where T : class =>
        new(reply.Outcome, reply.Value as T, reply.ETag, reply.Next, reply.Message, reply.Outcome == ApiOutcome.NotModified);

    // Names come from responses and from users; one that would change the path of the request is rejected.
    private static string Escape(string fullName) =>
        IsFullName(fullName) ? fullName : throw DataForgeException.Usage($"'{fullName}' is no repository's name; write OWNER/NAME.");

    /// <summary>
    /// Whether a text is an <c>owner/name</c> that GitHub allows: ASCII letters, digits, '-', '_' and '.', and neither part is "." or "..".
    /// </summary>
    public static bool IsFullName(string text)
    {
        int slash = text.IndexOf('/');
        return slash > 0 && text.Length <= MaxName && IsNamePart(text.AsSpan(0, slash)) && IsNamePart(text.AsSpan(slash + 1));
    }

    private static bool IsNamePart(ReadOnlySpan<char> part)
    {
        foreach (char c in part)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return part.Length > 0 && part is not ("." or "..");
    }
}
