using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus;
using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.GitHub;

/// <summary>The order of a search's results.</summary>
public enum SearchOrder
{
    /// <summary>Last changed first: what changed since the last reading comes on the first pages.</summary>
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

    /// <summary>GitHub's own.</summary>
    BestMatch,
}

/// <summary>
/// The part of GitHub's REST API that a crawl needs (https://docs.github.com/rest), each method one kind of request named after it.
/// Limits, retries and redirects are seen to. Safe from several threads.
/// </summary>
public sealed class GitHubClient
{
    /// <summary>Results a search gives at most.</summary>
    public const int MaxResults = 1000;

    /// <summary>Results of a page at most.</summary>
    public const int PageSize = 100;

    internal const string SearchResource = "search";
    internal const string CoreResource = "core";
    private const int MaxName = 256;
    private readonly Transport _transport;
    private readonly IAnswerStore _answers;

    internal GitHubClient(Transport transport, IAnswerStore answers) => (_transport, _answers) = (transport, answers);

    /// <summary><c>GET /search/repositories</c>, a first page of 100. Costs a search.</summary>
    /// <param name="query">The words and qualifiers.</param>
    /// <param name="order">The order.</param>
    /// <param name="etag">The entity tag of the last first page; null to read it whatever it was.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<ApiAnswer<SearchPage>> SearchRepositoriesAsync(
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

    /// <summary>A further page of a search. Costs a search.</summary>
    /// <param name="next"><see cref="ApiAnswer{T}.Next"/> of the page before.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<ApiAnswer<SearchPage>> NextSearchPageAsync(string next, CancellationToken cancellation) =>
        NextSearchPageAsync(next, null, cancellation);

    /// <summary><c>GET /repos/{owner}/{repo}</c>, through renames. Costs a request, or none where nothing changed.</summary>
    public Task<ApiAnswer<Repository>> GetRepositoryAsync(string fullName, CancellationToken cancellation = default) =>
        KeptAsync($"repos/{Escape(fullName)}", Json.Default.Repository, null, null, cancellation);

    /// <summary><c>GET /repos/{owner}/{repo}/license</c>. Costs a request, or none where nothing changed.</summary>
    public Task<ApiAnswer<LicenseContent>> GetLicenseAsync(string fullName, CancellationToken cancellation = default) =>
        KeptAsync($"repos/{Escape(fullName)}/license", Json.Default.LicenseContent, null, null, cancellation);

    /// <summary>
    /// <c>GET /repos/{owner}/{repo}/commits</c>, the newest first; <see cref="ApiOutcome.Empty"/> where there is none. Costs a request,
    /// or none where nothing changed.
    /// </summary>
    public async Task<ApiAnswer<IReadOnlyList<Commit>>> ListCommitsAsync(string fullName, int perPage = 1, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perPage, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perPage, PageSize);
        string path = string.Create(CultureInfo.InvariantCulture, $"repos/{Escape(fullName)}/commits?per_page={perPage}");
        ApiAnswer<List<Commit>> answer = await KeptAsync(path, Json.Default.ListCommit, null, null, cancellation).ConfigureAwait(false);
        return new(answer.Outcome, answer.Value, answer.ETag, answer.Next, answer.Message, answer.IsUnchanged);
    }

    /// <summary>
    /// <c>GET /repos/{owner}/{repo}/commits/{ref}</c>: a branch, tag or id. An unknown one is <see cref="ApiOutcome.Unprocessable"/> or
    /// <see cref="ApiOutcome.NotFound"/>. Costs a request, or none where nothing changed.
    /// </summary>
    public Task<ApiAnswer<Commit>> GetCommitAsync(string fullName, string reference, CancellationToken cancellation = default) =>
        KeptAsync($"repos/{Escape(fullName)}/commits/{Uri.EscapeDataString(reference)}?per_page=1", Json.Default.Commit, null, null, cancellation);

    /// <summary><c>GET /rate_limit</c>. Costs nothing.</summary>
    public async Task<ApiAnswer<RateLimitOverview>> GetRateLimitAsync(CancellationToken cancellation = default) =>
        Answer(await _transport.GetAsync("rate_limit", null, Json.Default.RateLimitOverview, null, null, cancellation).ConfigureAwait(false),
            Json.Default.RateLimitOverview);

    // Leave for a request of the core budget that is not one of these methods' (an archive's, whose body is streamed).
    internal Task<RequestLimiter.Permit> EnterAsync(CancellationToken cancellation) => _transport.EnterAsync(CoreResource, cancellation);

    /// <summary><c>GET /user</c>: whose token it is. Costs a request, or none where nothing changed.</summary>
    internal Task<ApiAnswer<User>> GetUserAsync(GitHubToken token, CancellationToken cancellation) =>
        KeptAsync("user", Json.Default.User, $"user#{token.Fingerprint}", token, cancellation);

    private async Task<ApiAnswer<SearchPage>> NextSearchPageAsync(string path, string? etag, CancellationToken cancellation) =>
        Answer(await _transport.GetAsync(path, SearchResource, Json.Default.SearchPage, etag, null, cancellation).ConfigureAwait(false),
            Json.Default.SearchPage);

    // Asks whether the answer that is kept still holds. What is kept is the model, which is a tenth of the answer.
    private async Task<ApiAnswer<T>> KeptAsync<T>(
        string path, JsonTypeInfo<T> type, string? key, GitHubToken? token, CancellationToken cancellation)
        where T : class
    {
        key ??= path;
        ConditionalAnswer? kept = _answers.FindAnswer(key);
        Reply reply = await _transport.GetAsync(path, CoreResource, type, kept?.ETag, token, cancellation).ConfigureAwait(false);
        if (reply.Outcome == ApiOutcome.NotModified && kept is not null)
        {
            return new(ApiOutcome.Ok, JsonSerializer.Deserialize(kept.Body, type), kept.ETag, reply.Next, IsUnchanged: true);
        }

        if (reply is { Outcome: ApiOutcome.Ok, ETag: { } etag, Value: T value })
        {
            _answers.StoreAnswer(key, new ConditionalAnswer(etag, JsonSerializer.SerializeToUtf8Bytes(value, type)));
        }

        return Answer(reply, type);
    }

    private static ApiAnswer<T> Answer<T>(Reply reply, JsonTypeInfo<T> _)
        where T : class => new(reply.Outcome, reply.Value as T, reply.ETag, reply.Next, reply.Message, reply.Outcome == ApiOutcome.NotModified);

    // Names come from answers and from users; one that could lead elsewhere is not sent.
    private static string Escape(string fullName) =>
        IsFullName(fullName) ? fullName : throw DataForgeException.Usage($"'{fullName}' is no repository's name; write OWNER/NAME.");

    /// <summary>Whether a text is <c>owner/name</c> as GitHub forms them: ASCII letters, digits, '-', '_' and '.', neither part of dots alone.</summary>
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
