using System.Runtime.ExceptionServices;
using DataForge.Corpus;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Finds all repositories of a query, though a search gives 1,000 at most, and accounts for those it cannot reach
/// (<see cref="CrawlStatus"/>). It goes on where it was stopped, and shares its windows with other crawlers of the same ledger.
/// </summary>
public sealed class Discovery
{
    private static readonly TimeSpan OthersTurn = TimeSpan.FromSeconds(5);
    private readonly GitHubClient _client;
    private readonly ILedger _ledger;
    private readonly TimeProvider _time;
    private readonly int _workers;

    /// <param name="client">Asks.</param>
    /// <param name="ledger">Keeps the account.</param>
    /// <param name="time">The clock.</param>
    /// <param name="workers">Windows read at a time: enough to use up the budget though each answer takes a second or two.</param>
    internal Discovery(GitHubClient client, ILedger ledger, TimeProvider time, int workers) =>
        (_client, _ledger, _time, _workers) = (client, ledger, time, workers);

    /// <summary>Called after each window that was recorded, on any thread; for the progress line.</summary>
    public Action<SearchWindow>? OnRecorded { get; set; }

    /// <summary>
    /// Finishes the query's round, or begins the next one where the last was closed; what it found is read from the ledger
    /// (<see cref="ILedger.Repositories"/>), for there may be millions. A round that is discovered and not closed costs nothing. The caller
    /// closes the round (<see cref="ILedger.Close"/>) when it has dealt with what was found.
    /// </summary>
    /// <exception cref="DataForgeException">The search makes no sense to GitHub, or GitHub cannot be reached.</exception>
    public async Task RunAsync(SearchQuery query, CancellationToken cancellation = default)
    {
        _ledger.Begin(query.Key);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var work = new Work(this, query, stop);
        Task[] workers = [.. Enumerable.Range(0, _workers).Select(_ => Task.Run(work.RunAsync, CancellationToken.None))];
        await Task.WhenAll(workers).ConfigureAwait(false);
        work.Fault?.Throw();
        cancellation.ThrowIfCancellationRequested();
    }

    // One round of one query.
    private sealed class Work(Discovery owner, SearchQuery query, CancellationTokenSource stop)
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _busy;

        /// <summary>What stopped it; null where nothing did.</summary>
        public ExceptionDispatchInfo? Fault { get; private set; }

        public async Task RunAsync()
        {
            try
            {
                while (!stop.IsCancellationRequested && await StepAsync().ConfigureAwait(false))
                {
                }
            }
            catch (Exception e)
            {
                lock (_lock)
                {
                    Fault ??= e is OperationCanceledException && stop.IsCancellationRequested
                        ? null
                        : ExceptionDispatchInfo.Capture(e);
                }

                await stop.CancelAsync().ConfigureAwait(false);
            }
        }

        // Reads a window, or waits for one; false when none is left.
        private async Task<bool> StepAsync()
        {
            Task changed;
            SearchWindow? window;
            int busy;
            lock (_lock)
            {
                changed = _changed.Task;
                window = owner._ledger.Take(query.Key);
                busy = window is null ? _busy : _busy++;
            }

            if (window is null)
            {
                if (busy == 0 && owner._ledger.OpenWindows(query.Key) == 0)
                {
                    return false;
                }

                // Windows come from those being read here, or from another crawler that may have died.
                await (busy > 0 ? changed.WaitAsync(stop.Token) : Task.Delay(OthersTurn, owner._time, stop.Token)).ConfigureAwait(false);
                return true;
            }

            bool isRecorded = false;
            try
            {
                await ReadAsync(window).ConfigureAwait(false);
                isRecorded = true;
            }
            finally
            {
                if (!isRecorded)
                {
                    owner._ledger.Release(window);
                }

                Signal();
            }

            return true;
        }

        private async Task ReadAsync(SearchWindow window)
        {
            IReadOnlyList<DiscoveredRepository> known = window.Round > 0 ? owner._ledger.Members(query.Key, window.Text) : [];
            WindowReading reading = await new WindowReader(owner._client, query, window, known).ReadAsync(stop.Token).ConfigureAwait(false);
            owner._ledger.Record(reading.Window, reading.Children, reading.Members);
            owner.OnRecorded?.Invoke(reading.Window);
        }

        private void Signal()
        {
            TaskCompletionSource changed;
            lock (_lock)
            {
                _busy--;
                changed = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
        }
    }
}
