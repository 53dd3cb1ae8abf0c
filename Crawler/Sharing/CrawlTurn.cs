using System.Globalization;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Sharing;

/// <summary>
/// The right to write into a workspace: a lock on a file, and where the catalog is shared, the writer's lease as well, which also works
/// where file locks do not (network file systems). While a crawler with a shared catalog waits for its turn, it fetches for the writer.
/// </summary>
internal sealed class CrawlTurn : IAsyncDisposable
{
    // Between two attempts to become the writer.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    // The shortest time that a worker may be idle inside a transaction: an overloaded machine may not run a process for seconds.
    private static readonly TimeSpan MinIdleLimit = TimeSpan.FromSeconds(10);

    private readonly FileLock _file;
    private readonly Catalog? _shared;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _renewal;

    private CrawlTurn(FileLock file, Catalog? shared, TimeSpan lease)
    {
        (_file, _shared) = (file, shared);
        _renewal = shared is null ? Task.CompletedTask : Task.Run(() => RenewAsync(shared, lease, _end.Token));
    }

    /// <summary>Waits for the turn.</summary>
    /// <param name="context">The workspace, the clock and events.</param>
    /// <param name="options">The options.</param>
    /// <param name="handlers">Creates the handlers that send HTTP requests.</param>
    /// <param name="shared">The catalog, where several crawlers may share it; null otherwise.</param>
    /// <param name="folder">The folder in which fetched repositories are left for the writer.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<CrawlTurn> AcquireAsync(
        StageContext context, CrawlOptions options, IHttpHandlerFactory handlers, Catalog? shared, SharedFetchFolder folder,
        CancellationToken cancellation)
    {
        TimeSpan lease = TimeSpan.FromSeconds(options.LeaseSeconds);
        shared?.Workers.LimitIdleTransactions(lease > MinIdleLimit ? lease : MinIdleLimit);
        FileLock file = await LockAsync(context, options, handlers, shared, folder, cancellation).ConfigureAwait(false);
        try
        {
            if (shared is not null)
            {
                await AcquireWriterAsync(context, shared, lease, cancellation).ConfigureAwait(false);
                RemoveEndedHelpers(Path.Combine(context.Workspace.Folder, "mirrors"), shared);
            }

            return new CrawlTurn(file, shared, lease);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Ends the turn, so that another crawler can write.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await ((Task)_renewal).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _shared?.EndTurn(SharedFetch.Queue);
        _file.Dispose();
        _end.Dispose();
    }

    private static async Task<FileLock> LockAsync(
        StageContext context, CrawlOptions options, IHttpHandlerFactory handlers, Catalog? shared, SharedFetchFolder folder,
        CancellationToken cancellation)
    {
        string path = WorkspaceRemoval.LockFile(context.Workspace);
        if (FileLock.TryTake(path) is { } free)
        {
            return free;
        }

        // An archive cannot be fetched for another crawler: which of its contents that one needs is known only when all of it was read.
        bool canHelp = shared is not null && options.FetchTransport != ArchiveRepository.TransportName;
        return canHelp
            ? await HelpAsync(context, options, handlers, shared!, folder, path, cancellation).ConfigureAwait(false)
            : await FileLock.TakeAsync(path, Wait, cancellation).ConfigureAwait(false);

        void Wait() => Inform(context, "waiting for another process that crawls into this workspace");
    }

    private static async Task AcquireWriterAsync(StageContext context, Catalog shared, TimeSpan lease, CancellationToken cancellation)
    {
        for (bool isInformed = false; !shared.Writer.TryAcquire(lease); isInformed = true)
        {
            if (!isInformed)
            {
                Inform(context, "waiting for another crawler that writes with this catalog");
            }

            await Task.Delay(PollInterval, cancellation).ConfigureAwait(false);
        }
    }

    // Fetches for the writer until the file is free.
    private static async Task<FileLock> HelpAsync(
        StageContext context, CrawlOptions options, IHttpHandlerFactory handlers, Catalog shared, SharedFetchFolder folder, string path,
        CancellationToken cancellation)
    {
        Inform(context, "another process crawls into this workspace; this one fetches for it until it ends");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        long worker = shared.Workers.Register();
        using var helper = new FetchHelper(
            context, shared, options, handlers, folder, Path.Combine(context.Workspace.Folder, "mirrors", HelperFolder(worker)));
        Task help = helper.RunAsync(stop.Token);
        Task renewal = RenewAsync(shared, TimeSpan.FromSeconds(options.LeaseSeconds), stop.Token);
        Task<FileLock> locking = FileLock.TakeAsync(path, null, stop.Token);
        await Task.WhenAny(locking, help, renewal).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await ((Task)locking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await help.ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
            Inform(context, $"{helper.Fetched} repositories fetched for the other process");
            return await locking.ConfigureAwait(false);
        }
        catch
        {
            if (locking.IsCompletedSuccessfully)
            {
                locking.Result.Dispose();
            }

            throw;
        }
    }

    // An exception ends the renewal; the next commit, or the next lease, meets the same fault and reports it. A quarter of the lease leaves
    // three more attempts before it expires.
    private static async Task RenewAsync(Catalog catalog, TimeSpan lease, CancellationToken cancellation)
    {
        try
        {
            using var timer = new PeriodicTimer(lease / 4);
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                catalog.Leases.Renew(lease);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The turn is over.
        }
    }

    // Removes the folders of helpers that were killed. A folder that a child process of one still uses is removed another time.
    private static void RemoveEndedHelpers(string mirrors, Catalog catalog)
    {
        HashSet<string> live = [.. catalog.Workers.All().Select(worker => HelperFolder(worker.Id))];
        foreach (string folder in Directory.Exists(mirrors) ? Directory.GetDirectories(mirrors, HelperFolder(null)) : [])
        {
            try
            {
                if (!live.Contains(Path.GetFileName(folder)))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            catch (IOException)
            {
                // It is still in use.
            }
        }
    }

    // The name of a worker's folder; null for the pattern of all.
    private static string HelperFolder(long? worker) => $"helper-{(worker is { } id ? id.ToString(CultureInfo.InvariantCulture) : "*")}";

    private static void Inform(StageContext context, string text) => context.Events.Write(Note.Information(text));
}
