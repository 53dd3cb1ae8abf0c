namespace DataForge.Crawler.GitHub;

/// <summary>A ledger in memory: the simplest implementation of <see cref="ILedger"/>, for tests and trials.</summary>
public sealed class MemoryLedger : ILedger
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, QueryRounds> _queries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CachedResponse> _answers = [];

    /// <inheritdoc/>
    public int Begin(string query)
    {
        lock (_lock)
        {
            if (!_queries.TryGetValue(query, out QueryRounds? rounds))
            {
                _queries[query] = rounds = new QueryRounds { Round = 1 };
                rounds.Windows[""] = new SearchWindow { Query = query, Text = "" };
            }
            else if (rounds.IsClosed)
            {
                (rounds.Round, rounds.IsClosed) = (rounds.Round + 1, false);
                foreach (SearchWindow window in rounds.Windows.Values.Where(window => window.State == WindowState.Done).ToList())
                {
                    rounds.Windows[window.Text] = window with { State = WindowState.Open };
                }
            }

            return rounds.Round;
        }
    }

    /// <inheritdoc/>
    public SearchWindow? Take(string query)
    {
        lock (_lock)
        {
            QueryRounds rounds = _queries[query];
            SearchWindow? window = rounds.Windows.Values.FirstOrDefault(
                window => window.State == WindowState.Open && !rounds.Leased.Contains(window.Text));
            if (window is not null)
            {
                rounds.Leased.Add(window.Text);
            }

            return window;
        }
    }

    /// <inheritdoc/>
    public void Release(SearchWindow window)
    {
        lock (_lock)
        {
            _queries[window.Query].Leased.Remove(window.Text);
        }
    }

    /// <inheritdoc/>
    public long OpenWindows(string query)
    {
        lock (_lock)
        {
            return _queries[query].Windows.Values.LongCount(window => window.State == WindowState.Open);
        }
    }

    /// <inheritdoc/>
    public void Record(SearchWindow window, IReadOnlyList<string> children, IReadOnlyCollection<DiscoveredRepository> members)
    {
        lock (_lock)
        {
            QueryRounds rounds = _queries[window.Query];
            rounds.Windows[window.Text] = window with { Round = rounds.Round };
            rounds.Members[window.Text] = [.. members.OrderBy(member => member.Id)];
            rounds.Leased.Remove(window.Text);
            foreach (string child in children)
            {
                rounds.Windows.TryAdd(child, new SearchWindow { Query = window.Query, Text = child });
            }
        }
    }

    /// <inheritdoc/>
    public void Close(string query)
    {
        lock (_lock)
        {
            _queries[query].IsClosed = true;
        }
    }

    /// <inheritdoc/>
    public (int Round, bool IsClosed) State(string query)
    {
        lock (_lock)
        {
            return _queries.TryGetValue(query, out QueryRounds? rounds) ? (rounds.Round, rounds.IsClosed) : (0, false);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Queries()
    {
        lock (_lock)
        {
            return [.. _queries.Keys];
        }
    }

    /// <inheritdoc/>
    public IEnumerable<SearchWindow> Windows(string query)
    {
        lock (_lock)
        {
            return _queries.TryGetValue(query, out QueryRounds? rounds) ? [.. rounds.Windows.Values] : [];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DiscoveredRepository> Members(string query, string text)
    {
        lock (_lock)
        {
            return _queries[query].Members.GetValueOrDefault(text, []);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<DiscoveredRepository> Repositories(string query)
    {
        lock (_lock)
        {
            if (!_queries.TryGetValue(query, out QueryRounds? rounds))
            {
                return [];
            }

            SortedDictionary<long, DiscoveredRepository> all = [];
            foreach (DiscoveredRepository member in rounds.Members.Values.SelectMany(members => members))
            {
                if (!all.TryGetValue(member.Id, out DiscoveredRepository? other) || Nullable.Compare(member.UpdatedAt, other.UpdatedAt) > 0)
                {
                    all[member.Id] = member;
                }
            }

            return all.Values;
        }
    }

    /// <inheritdoc/>
    public CachedResponse? FindResponse(string path)
    {
        lock (_lock)
        {
            return _answers.GetValueOrDefault(path);
        }
    }

    /// <inheritdoc/>
    public void StoreResponse(string path, CachedResponse answer)
    {
        lock (_lock)
        {
            _answers[path] = answer;
        }
    }

    private sealed class QueryRounds
    {
        /// <summary>The number of the present round.</summary>
        public int Round { get; set; }

        /// <summary>Whether that round is closed.</summary>
        public bool IsClosed { get; set; }

        /// <summary>The windows by their texts.</summary>
        public SortedDictionary<string, SearchWindow> Windows { get; } = new(StringComparer.Ordinal);

        /// <summary>The repositories of each window, by the window's text.</summary>
        public SortedDictionary<string, IReadOnlyList<DiscoveredRepository>> Members { get; } = new(StringComparer.Ordinal);

        /// <summary>The texts of the windows that are leased.</summary>
        public HashSet<string> Leased { get; } = [];
    }
}
