using System.Runtime.ExceptionServices;
using DataForge.Corpus;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Finds all repositories of a query, although a search returns 1,000 at most, and counts those that it cannot reach
/// (<see cref="CrawlStatus"/>). It continues where it was stopped, and shares its windows with other crawlers of the same ledger.
/// </summary>
public sealed class Discovery
{
    // How often to look for a window that another crawler has released or split. Reading a window takes some seconds.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    private readonly GitHubClient _client;
    private readonly ILedger _ledger;
    private readonly TimeProvider _time;
    private readonly int _workers;

    /// <summary>Creates a discovery.</summary>
    /// <param name="client">The client.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="workers">Windows read at a time: enough to use up the rate limit although each response takes a second or two.</param>
    internal Discovery(GitHubClient client, ILedger ledger, TimeProvider time, int workers) =>
        (_client, _ledger, _time, _workers) = (client, ledger, time, workers);

    /// <summary>Called after each window that was recorded, on any thread; for progress.</summary>
    public Action<SearchWindow>? OnRecorded { get; set; }

    /// <summary>
    /// Completes the query's round, or the next one where the last was closed. What it found is read from the ledger
    /// (<see cref="ILedger.Repositories"/>), as there may be millions. A round that is discovered and not closed costs no request. The
    /// caller closes the round (<see cref="ILedger.Close"/>) after it has processed what was found.
    /// </summary>
    /// <exception cref="DataForgeException">GitHub rejects the search, or cannot be reached.</exception>
    public async Task RunAsync(SearchQuery query, CancellationToken cancellation = default)
    {
        _ledger.Begin(query.Key);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var round = new DiscoveryRound(this, query, stop);
        Task[] workers = [.. Enumerable.Range(0, _workers).Select(_ => Task.Run(round.RunAsync, CancellationToken.None))];
        await Task.WhenAll(workers).ConfigureAwait(false);
        round.Fault?.Throw();
        cancellation.ThrowIfCancellationRequested();
    }

    // One round of one query.
    private sealed class DiscoveryRound(Discovery owner, SearchQuery query, CancellationTokenSource stop)
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _busy;

        /// <summary>The exception that stopped it; null if none did.</summary>
        public ExceptionDispatchInfo? Fault { get; private set; }

        /// <summary>Reads windows until none is open; several workers run it at a time.</summary>
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

        // Reads a window, or waits for one; false when none is open.
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

                // New windows come from those that are being read here, or from another crawler, which may have died.
                await (busy > 0 ? changed.WaitAsync(stop.Token) : Task.Delay(PollInterval, owner._time, stop.Token)).ConfigureAwait(false);
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
