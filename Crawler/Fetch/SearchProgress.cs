using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Fetch;

/// <summary>How far the searches of a crawl are, in repositories: thirty searches a minute take hours over a large query.</summary>
internal sealed class SearchProgress(StageProgress progress, ILedger ledger)
{
    private readonly Lock _lock = new();
    private long _total;
    private long _root;

    /// <summary>A query's turn: what an interrupted round has read already counts as done.</summary>
    public void Begin(string query)
    {
        long before = _total + _root;
        (_total, _root) = (before, 0);
        bool isClosed = ledger.State(query).IsClosed;
        long leaves = 0;
        long done = 0;
        foreach (SearchWindow window in ledger.Windows(query))
        {
            bool isSplit = window.State == WindowState.Split;
            _root = window.Text.Length == 0 && isSplit ? window.Expected : _root;
            leaves += isSplit ? 0 : window.Expected;
            done += !isClosed && window.State == WindowState.Done ? window.Expected : 0;
        }

        _root = Math.Max(_root, leaves);
        progress.SetTotal(_total + _root);
        progress.Advance(done);
    }

    /// <summary>A window was read. Safe from several threads.</summary>
    public void Recorded(SearchWindow window)
    {
        lock (_lock)
        {
            _root = window.Text.Length == 0 ? window.Expected : _root;
            progress.SetTotal(_total + _root);
        }

        progress.Advance(window.State == WindowState.Done ? window.Expected : 0);
    }
}
