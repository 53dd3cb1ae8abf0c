namespace DataForge.Crawler.GitHub;

/// <summary>A ledger that is gone with the process: the plainest reading of <see cref="ILedger"/>, for tests and trials.</summary>
public sealed class MemoryLedger : ILedger
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Book> _books = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConditionalAnswer> _answers = [];

    /// <inheritdoc/>
    public int Begin(string query)
    {
        lock (_lock)
        {
            if (!_books.TryGetValue(query, out Book? book))
            {
                _books[query] = book = new Book { Round = 1 };
                book.Windows[""] = new SearchWindow { Query = query, Text = "" };
            }
            else if (book.IsClosed)
            {
                (book.Round, book.IsClosed) = (book.Round + 1, false);
                foreach (SearchWindow window in book.Windows.Values.Where(window => window.State == WindowState.Done).ToList())
                {
                    book.Windows[window.Text] = window with { State = WindowState.Open };
                }
            }

            return book.Round;
        }
    }

    /// <inheritdoc/>
    public SearchWindow? Take(string query)
    {
        lock (_lock)
        {
            Book book = _books[query];
            SearchWindow? window = book.Windows.Values.FirstOrDefault(
                window => window.State == WindowState.Open && !book.Leased.Contains(window.Text));
            if (window is not null)
            {
                book.Leased.Add(window.Text);
            }

            return window;
        }
    }

    /// <inheritdoc/>
    public void Release(SearchWindow window)
    {
        lock (_lock)
        {
            _books[window.Query].Leased.Remove(window.Text);
        }
    }

    /// <inheritdoc/>
    public long OpenWindows(string query)
    {
        lock (_lock)
        {
            return _books[query].Windows.Values.LongCount(window => window.State == WindowState.Open);
        }
    }

    /// <inheritdoc/>
    public void Record(SearchWindow window, IReadOnlyList<string> children, IReadOnlyCollection<DiscoveredRepository> members)
    {
        lock (_lock)
        {
            Book book = _books[window.Query];
            book.Windows[window.Text] = window with { Round = book.Round };
            book.Members[window.Text] = [.. members.OrderBy(member => member.Id)];
            book.Leased.Remove(window.Text);
            foreach (string child in children)
            {
                book.Windows.TryAdd(child, new SearchWindow { Query = window.Query, Text = child });
            }
        }
    }

    /// <inheritdoc/>
    public void Close(string query)
    {
        lock (_lock)
        {
            _books[query].IsClosed = true;
        }
    }

    /// <inheritdoc/>
    public (int Round, bool IsClosed) State(string query)
    {
        lock (_lock)
        {
            return _books.TryGetValue(query, out Book? book) ? (book.Round, book.IsClosed) : (0, false);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Queries()
    {
        lock (_lock)
        {
            return [.. _books.Keys];
        }
    }

    /// <inheritdoc/>
    public IEnumerable<SearchWindow> Windows(string query)
    {
        lock (_lock)
        {
            return _books.TryGetValue(query, out Book? book) ? [.. book.Windows.Values] : [];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DiscoveredRepository> Members(string query, string text)
    {
        lock (_lock)
        {
            return _books[query].Members.GetValueOrDefault(text, []);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<DiscoveredRepository> Repositories(string query)
    {
        lock (_lock)
        {
            if (!_books.TryGetValue(query, out Book? book))
            {
                return [];
            }

            SortedDictionary<long, DiscoveredRepository> all = [];
            foreach (DiscoveredRepository member in book.Members.Values.SelectMany(members => members))
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
    public ConditionalAnswer? FindAnswer(string path)
    {
        lock (_lock)
        {
            return _answers.GetValueOrDefault(path);
        }
    }

    /// <inheritdoc/>
    public void StoreAnswer(string path, ConditionalAnswer answer)
    {
        lock (_lock)
        {
            _answers[path] = answer;
        }
    }

    private sealed class Book
    {
        public int Round { get; set; }

        public bool IsClosed { get; set; }

        public SortedDictionary<string, SearchWindow> Windows { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, IReadOnlyList<DiscoveredRepository>> Members { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Leased { get; } = [];
    }
}
