using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Handlers;
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
/// Octokit sends the requests; rate limits, retries and redirects are handled. Thread-safe.
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

    internal GitHubClient(ApiTransport transport) => _transport = transport;

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

    /// <summary><c>GET /repos/{owner}/{repo}</c>; follows renames. Costs a request, or none if nothing changed.</summary>
    public Task<ApiResponse<Repository>> GetRepositoryAsync(string fullName, CancellationToken cancellation = default) =>
        GetCachedAsync($"repos/{Escape(fullName)}", Json.Default.Repository, cancellation);

    /// <summary><c>GET /repos/{owner}/{repo}/license</c>. Costs a request, or none if nothing changed.</summary>
    public Task<ApiResponse<LicenseContent>> GetLicenseAsync(string fullName, CancellationToken cancellation = default) =>
        GetCachedAsync($"repos/{Escape(fullName)}/license", Json.Default.LicenseContent, cancellation);

    /// <summary>
    /// <c>GET /repos/{owner}/{repo}/commits</c>, the newest first; <see cref="ApiOutcome.Empty"/> where there are none. Costs a request,
    /// or none if nothing changed.
    /// </summary>
    public async Task<ApiResponse<IReadOnlyList<Commit>>> ListCommitsAsync(
        string fullName, int perPage = 1, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perPage, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perPage, PageSize);
        string path = string.Create(CultureInfo.InvariantCulture, $"repos/{Escape(fullName)}/commits?per_page={perPage}");
        ApiResponse<List<Commit>> response =
            await GetCachedAsync(path, Json.Default.ListCommit, cancellation).ConfigureAwait(false);
        return new(response.Outcome, response.Value, response.ETag, response.Next, response.Message, response.IsUnchanged);
    }

    /// <summary>
    /// <c>GET /repos/{owner}/{repo}/commits/{ref}</c>: a branch, tag or id. An unknown one is <see cref="ApiOutcome.Unprocessable"/> or
    /// <see cref="ApiOutcome.NotFound"/>. Costs a request, or none if nothing changed.
    /// </summary>
    public Task<ApiResponse<Commit>> GetCommitAsync(string fullName, string reference, CancellationToken cancellation = default) =>
        GetCachedAsync(
            $"repos/{Escape(fullName)}/commits/{Uri.EscapeDataString(reference)}?per_page=1",
            Json.Default.Commit, cancellation);

    /// <summary><c>GET /rate_limit</c>. Costs nothing.</summary>
    public Task<ApiResponse<RateLimitOverview>> GetRateLimitAsync(CancellationToken cancellation = default)
    {
        JsonTypeInfo<RateLimitOverview> type = Json.Default.RateLimitOverview;
        return _transport.GetAsync("rate_limit", type, new ApiCall(null, type), cancellation);
    }

    /// <summary>
    /// Acquires a permit for a request that counts against the core limit and is not one of these methods (that of an archive, whose body
    /// is streamed).
    /// </summary>
    internal Task<RequestLimiter.Permit> AcquireCorePermitAsync(CancellationToken cancellation) =>
        _transport.AcquirePermitAsync(CoreResource, cancellation);

    /// <summary><c>GET /user</c>: the user that a token belongs to. Costs a request, or none if nothing changed.</summary>
    internal Task<ApiResponse<User>> GetUserAsync(GitHubToken token, CancellationToken cancellation) =>
        GetCachedAsync("user", Json.Default.User, cancellation, $"user#{token.Fingerprint}", token);

    private Task<ApiResponse<SearchPage>> NextSearchPageAsync(string path, string? etag, CancellationToken cancellation)
    {
        JsonTypeInfo<SearchPage> type = Json.Default.SearchPage;
        return _transport.GetAsync(path, type, new ApiCall(SearchResource, type) { ETag = etag }, cancellation);
    }

    private Task<ApiResponse<T>> GetCachedAsync<T>(
        string path, JsonTypeInfo<T> type, CancellationToken cancellation, string? key = null, GitHubToken? token = null)
        where T : class =>
        _transport.GetAsync(path, type, new ApiCall(CoreResource, type) { CacheKey = key ?? path, Token = token }, cancellation);

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
