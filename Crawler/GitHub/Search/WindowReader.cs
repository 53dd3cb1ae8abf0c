using DataForge.Corpus;

namespace DataForge.Crawler.GitHub;

/// <summary>What came of reading a window: the arguments of <see cref="ILedger.Record"/>.</summary>
internal sealed record WindowReading(SearchWindow Window, IReadOnlyList<string> Children, IReadOnlyCollection<DiscoveredRepository> Members);

/// <summary>
/// Reads one window, with the first page as its count: splits it where it has too many results; reads all pages, again in other orders
/// as long as results are missing; in a later round only what changed. For one window at a time.
/// </summary>
/// <param name="client">Asks.</param>
/// <param name="query">The query.</param>
/// <param name="window">The window as the ledger has it.</param>
/// <param name="known">Its members of the last round.</param>
internal sealed class WindowReader(GitHubClient client, SearchQuery query, SearchWindow window, IReadOnlyList<DiscoveredRepository> known)
{
    private const int MaxPages = GitHubClient.MaxResults / GitHubClient.PageSize;

    /// <summary>How often an incomplete answer is asked for again.</summary>
    private const int IncompleteTries = 3;

    // The order is unstable between pages, and unlike in different orders: each pass may bring what the ones before left out.
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

    /// <exception cref="DataForgeException">The search makes no sense to the server, or it cannot be reached.</exception>
    public async Task<WindowReading> ReadAsync(CancellationToken cancellation)
    {
        // A window that lacked something, and need not have, is read anew.
        bool isKnown = window is { Round: > 0, IncompleteAnswers: 0 } && known.Count == window.Seen && (window.Shortfall == 0 || window.IsUnsplittable);
        string text = query.For(window.Text);
        ApiAnswer<SearchPage> first = await AskAsync(
            tag => client.SearchRepositoriesAsync(text, Passes[0], tag, cancellation), isKnown ? window.ETag : null).ConfigureAwait(false);
        if (first.Value is not { } page)
        {
            // Nothing changed: neither the count nor what changed last.
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
        if (isKnown && isUnsplittable && page.TotalCount == window.Expected && IsKnown(page))
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

    private bool IsKnown(SearchPage page)
    {
        Dictionary<long, DiscoveredRepository> members = known.ToDictionary(member => member.Id);
        return page.Items.All(row => members.TryGetValue(row.Id, out DiscoveredRepository? old) && old == Describe(row));
    }

    // What changed comes first. Once a page ends with a row that did not change, and the rows known and new are as many as there are,
    // the rest is as it was. Null where they never are as many, since some are gone; then everything was seen.
    private async Task<IReadOnlyCollection<DiscoveredRepository>?> ReadChangesAsync(ApiAnswer<SearchPage> first, CancellationToken cancellation)
    {
        Dictionary<long, DiscoveredRepository> merged = known.ToDictionary(member => member.Id);
        ApiAnswer<SearchPage>? answer = first;
        for (int number = 1; answer?.Value is { } page; number++)
        {
            bool isLastRowKnown = true;
            foreach (Repository row in page.Items)
            {
                if (Describe(row) is { } repository)
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

            answer = await NextAsync(answer, number, cancellation).ConfigureAwait(false);
        }

        return _seen.Count == _expected ? _seen.Values : null;
    }

    private async Task ReadAllAsync(ApiAnswer<SearchPage>? first, string text, bool isUnsplittable, CancellationToken cancellation)
    {
        int idle = 0;
        for (int pass = 0; pass < Passes.Length && (isUnsplittable || idle < 2); pass++)
        {
            int before = _seen.Count;
            ApiAnswer<SearchPage>? answer = (pass == 0 ? first : null)
                ?? await AskAsync(_ => client.SearchRepositoriesAsync(text, Passes[pass], null, cancellation), null).ConfigureAwait(false);
            for (int number = 1; answer?.Value is { } page; number++)
            {
                Count(page);
                foreach (Repository row in page.Items)
                {
                    if (Describe(row) is { } repository)
                    {
                        _seen[repository.Id] = repository;
                    }
                }

                answer = await NextAsync(answer, number, cancellation).ConfigureAwait(false);
            }

            if (_seen.Count >= _expected)
            {
                return;
            }

            idle = _seen.Count == before ? idle + 1 : 0;
        }
    }

    private async Task<ApiAnswer<SearchPage>?> NextAsync(ApiAnswer<SearchPage> answer, int number, CancellationToken cancellation) =>
        answer is { Next: { } next, Value: { Items.Count: > 0 } page } && number < MaxPages && number * GitHubClient.PageSize < page.TotalCount
            ? await AskAsync(_ => client.NextSearchPageAsync(next, cancellation), null).ConfigureAwait(false)
            : null;

    private async Task<ApiAnswer<SearchPage>> AskAsync(Func<string?, Task<ApiAnswer<SearchPage>>> ask, string? etag)
    {
        for (int attempt = 0; ; attempt++)
        {
            ApiAnswer<SearchPage> answer = await ask(etag).ConfigureAwait(false);
            _searches++;
            if (answer.Outcome is not (ApiOutcome.Ok or ApiOutcome.NotModified))
            {
                throw answer.Outcome == ApiOutcome.Unprocessable
                    ? DataForgeException.Usage($"GitHub does not take the search '{query.Key}' ({answer.Message}): mend it.")
                    : new DataForgeException($"GitHub does not search for '{query.Key}' ({answer.Outcome}, {answer.Message}): check the base address.");
            }

            if (answer.Value is not { IncompleteResults: true })
            {
                return answer;
            }

            if (attempt == IncompleteTries)
            {
                _incomplete++;
                return answer;
            }

            etag = null;
        }
    }

    // The count of the last complete answer; where there is none, the highest.
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

    private static DiscoveredRepository? Describe(Repository row) => DiscoveredRepository.Of(row);
}
