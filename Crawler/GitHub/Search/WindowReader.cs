using DataForge.Corpus;

namespace DataForge.Crawler.GitHub;

/// <summary>The result of reading a window: the arguments of <see cref="ILedger.Record"/>.</summary>
internal sealed record WindowReading(
    SearchWindow Window, IReadOnlyList<string> Children, IReadOnlyCollection<DiscoveredRepository> Members);

/// <summary>
/// Reads one window; its first page gives the count. A window with too many results is split. Otherwise all pages are read, and read again
/// in other orders as long as results are missing; in a later round only what changed is read. One reader serves one window.
/// </summary>
/// <param name="client">The client.</param>
/// <param name="query">The query.</param>
/// <param name="window">The window as it is in the ledger.</param>
/// <param name="known">Its members in the last round.</param>
internal sealed class WindowReader(GitHubClient client, SearchQuery query, SearchWindow window, IReadOnlyList<DiscoveredRepository> known)
{
    private const int MaxPages = GitHubClient.MaxResults / GitHubClient.PageSize;

    // How often a search is repeated that timed out at the server (incomplete_results). Each repetition costs a search, and what fails four
    // times in a row is likely to be too expensive for the server.
    private const int IncompleteRetries = 3;

    // A search's order is not stable between pages, so a page may repeat some results and leave out others. Each pass in another order may
    // bring what the passes before left out. After this many passes that bring nothing new, further ones are not worth their searches.
    private const int MaxIdlePasses = 2;
    private static readonly SearchOrder[] Passes =
    [
        SearchOrder.UpdatedDescending, SearchOrder.UpdatedAscending, SearchOrder.StarsDescending, SearchOrder.StarsAscending,
        SearchOrder.ForksDescending, SearchOrder.ForksAscending, SearchOrder.BestMatch,
    ];

    private readonly Dictionary<long, DiscoveredRepository> _seen = [];
    private int _searches;
    private int _incomplete;
    private long _expected;
    private bool _isCertain;

    /// <summary>Reads the window.</summary>
    /// <exception cref="DataForgeException">The server rejects the search, or cannot be reached.</exception>
    public async Task<WindowReading> ReadAsync(CancellationToken cancellation)
    {
        // A window that lacked results without a reason is read from the start.
        bool isKnown = window is { Round: > 0, IncompleteAnswers: 0 } && known.Count == window.Seen
            && (window.Shortfall == 0 || window.IsUnsplittable);
        string text = query.For(window.Text);
        ApiResponse<SearchPage> first = await SearchAsync(
            tag => client.SearchRepositoriesAsync(text, Passes[0], tag, cancellation), isKnown ? window.ETag : null).ConfigureAwait(false);
        if (first.Value is not { } page)
        {
            // Not modified: neither the count nor the result that changed last is different.
            return Done(first.ETag ?? window.ETag, known, window.Expected, window.Seen, window.IncompleteAnswers, window.IsUnsplittable);
        }

        IReadOnlyList<string> children = page.TotalCount > GitHubClient.MaxResults ? query.Split(window.Text) : [];
        if (children.Count > 0)
        {
            SearchWindow split = window with
            {
                State = WindowState.Split, Expected = page.TotalCount, Seen = 0, IncompleteAnswers = _incomplete, Searches = _searches,
                IsUnsplittable = false, ETag = null,
            };
            return new WindowReading(split, children, []);
        }

        bool isUnsplittable = page.TotalCount > GitHubClient.MaxResults;
        if (isKnown && isUnsplittable && page.TotalCount == window.Expected && HasOnlyKnown(page))
        {
            return Done(first.ETag, known, window.Expected, window.Seen, 0, true);
        }

        if (isKnown && !isUnsplittable && await ReadChangesAsync(first, cancellation).ConfigureAwait(false) is { } members)
        {
            return Done(first.ETag, members, _expected, members.Count, _incomplete, false);
        }

        await ReadAllAsync(isKnown ? null : first, text, isUnsplittable, cancellation).ConfigureAwait(false);
        return Done(first.ETag, _seen.Values, Math.Max(_expected, _seen.Count), _seen.Count, _incomplete, isUnsplittable);
    }

    private bool HasOnlyKnown(SearchPage page)
    {
        Dictionary<long, DiscoveredRepository> members = known.ToDictionary(member => member.Id);
        return page.Items.All(row => members.TryGetValue(row.Id, out DiscoveredRepository? old) && old == DiscoveredRepository.Of(row));
    }

    // What changed comes first. Once a page ends with a row that did not change, and the known and new rows are as many as the results, the
    // rest is unchanged. Null where they never are as many, because some results are gone; then every page was read.
    private async Task<IReadOnlyCollection<DiscoveredRepository>?> ReadChangesAsync(
        ApiResponse<SearchPage> first, CancellationToken cancellation)
    {
        Dictionary<long, DiscoveredRepository> merged = known.ToDictionary(member => member.Id);
        ApiResponse<SearchPage>? response = first;
        for (int number = 1; response?.Value is { } page; number++)
        {
            bool isLastRowKnown = true;
            foreach (Repository row in page.Items)
            {
                if (DiscoveredRepository.Of(row) is { } repository)
                {
                    isLastRowKnown = merged.TryGetValue(repository.Id, out DiscoveredRepository? old) && old == repository;
                    merged[repository.Id] = repository;
                    _seen[repository.Id] = repository;
                }
            }

            Count(page);
            if (isLastRowKnown && merged.Count == page.TotalCount)
            {
                return merged.Values;
            }

            response = await NextAsync(response, number, cancellation).ConfigureAwait(false);
        }

        return _seen.Count == _expected ? _seen.Values : null;
    }

    private async Task ReadAllAsync(ApiResponse<SearchPage>? first, string text, bool isUnsplittable, CancellationToken cancellation)
    {
        int idlePasses = 0;
        for (int pass = 0; pass < Passes.Length && (isUnsplittable || idlePasses < MaxIdlePasses); pass++)
        {
            int before = _seen.Count;
            ApiResponse<SearchPage>? response = (pass == 0 ? first : null)
                ?? await SearchAsync(_ => client.SearchRepositoriesAsync(text, Passes[pass], null, cancellation), null)
                    .ConfigureAwait(false);
            for (int number = 1; response?.Value is { } page; number++)
            {
                Count(page);
                foreach (Repository row in page.Items)
                {
                    if (DiscoveredRepository.Of(row) is { } repository)
                    {
                        _seen[repository.Id] = repository;
                    }
                }

                response = await NextAsync(response, number, cancellation).ConfigureAwait(false);
            }

            if (_seen.Count >= _expected)
            {
                return;
            }

            idlePasses = _seen.Count == before ? idlePasses + 1 : 0;
        }
    }

    private async Task<ApiResponse<SearchPage>?> NextAsync(ApiResponse<SearchPage> response, int number, CancellationToken cancellation) =>
        response is { Next: { } next, Value: { Items.Count: > 0 } page }
        && number < MaxPages && number * GitHubClient.PageSize < page.TotalCount
            ? await SearchAsync(_ => client.NextSearchPageAsync(next, cancellation), null).ConfigureAwait(false)
            : null;

    private async Task<ApiResponse<SearchPage>> SearchAsync(Func<string?, Task<ApiResponse<SearchPage>>> send, string? etag)
    {
        for (int attempt = 0; ; attempt++)
        {
            ApiResponse<SearchPage> response = await send(etag).ConfigureAwait(false);
            _searches++;
            if (response.Outcome is not (ApiOutcome.Ok or ApiOutcome.NotModified))
            {
                throw response.Outcome == ApiOutcome.Unprocessable
                    ? DataForgeException.Usage($"GitHub does not take the search '{query.Key}' ({response.Message}): mend it.")
                    : new DataForgeException(
                        $"GitHub does not search for '{query.Key}' ({response.Outcome}, {response.Message}): check the base address.");
            }

            if (response.Value is not { IncompleteResults: true })
            {
                return response;
            }

            if (attempt == IncompleteRetries)
            {
                _incomplete++;
                return response;
            }

            etag = null;
        }
    }

    // The count of the last complete response counts; where there is none, the highest.
    private void Count(SearchPage page)
    {
        if (!page.IncompleteResults)
        {
            (_expected, _isCertain) = (page.TotalCount, true);
        }
        else if (!_isCertain)
        {
            _expected = Math.Max(_expected, page.TotalCount);
        }
    }

    private WindowReading Done(
        string? etag, IReadOnlyCollection<DiscoveredRepository> members, long expected, long seen, int incomplete, bool isUnsplittable) =>
        new(
            window with
            {
                State = WindowState.Done, Expected = expected, Seen = seen, IncompleteAnswers = incomplete, Searches = _searches,
                IsUnsplittable = isUnsplittable, ETag = etag,
            },
            [],
            members);
}
