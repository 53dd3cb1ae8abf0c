using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Fetch;

/// <summary>The progress of a crawl's searches, in repositories: at thirty searches per minute a large query takes hours.</summary>
internal sealed class SearchProgress(StageProgress progress, ILedger ledger)
{
    private readonly Lock _lock = new();
    private long _earlierTotal;
    private long _queryTotal;

    /// <summary>Begins a query; what an interrupted round has read already counts as done.</summary>
    public void Begin(string query)
    {
        (_earlierTotal, _queryTotal) = (_earlierTotal + _queryTotal, 0);
        bool isClosed = ledger.State(query).IsClosed;
        long leaves = 0;
        long done = 0;
        foreach (SearchWindow window in ledger.Windows(query))
        {
            bool isSplit = window.State == WindowState.Split;
            _queryTotal = window.Text.Length == 0 && isSplit ? window.Expected : _queryTotal;
            leaves += isSplit ? 0 : window.Expected;
            done += !isClosed && window.State == WindowState.Done ? window.Expected : 0;
        }

        _queryTotal = Math.Max(_queryTotal, leaves);
        progress.SetTotal(_earlierTotal + _queryTotal);
        progress.Advance(done);
    }

    /// <summary>Counts a window that was read. Thread-safe.</summary>
    public void Count(SearchWindow window)
    {
        lock (_lock)
        {
            _queryTotal = window.Text.Length == 0 ? window.Expected : _queryTotal;
            progress.SetTotal(_earlierTotal + _queryTotal);
        }

        progress.Advance(window.State == WindowState.Done ? window.Expected : 0);
    }
}
