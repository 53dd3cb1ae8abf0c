using System.Globalization;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Sharing;

/// <summary>
/// The right to write into a workspace: a lock on its file, and where the catalog is shared, the writer's lease as well, which also holds
/// where the disk's locks do not reach. While it waits, a crawler with a shared catalog fetches for the one whose turn it is.
/// </summary>
internal sealed class CrawlTurn : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    // A machine with too much to do may leave a process without a turn for seconds.
    private static readonly TimeSpan LeastSilence = TimeSpan.FromSeconds(10);

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
    /// <param name="shared">The catalog, where several crawlers may share it; null otherwise.</param>
    /// <param name="shelf">Where fetched repositories are left for the writer.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<CrawlTurn> TakeAsync(
        StageContext context, CrawlOptions options, Catalog? shared, Shelf shelf, CancellationToken cancellation)
    {
        string path = Path.Combine(context.Workspace.Folder, "crawl.lock");
        TimeSpan lease = TimeSpan.FromSeconds(options.LeaseSeconds);
        shared?.LimitSilence(lease > LeastSilence ? lease : LeastSilence);

        // An archive cannot be fetched for another: what of it the other needs is not known before all of it is read.
        FileLock file = FileLock.TryTake(path) ?? (shared is null || options.FetchTransport == ArchiveRepository.TransportName
            ? await FileLock.TakeAsync(path, () => Say(context, "waiting for another process that crawls into this workspace"), cancellation).ConfigureAwait(false)
            : await HelpAsync(context, options, shared, shelf, path, cancellation).ConfigureAwait(false));
        try
        {
            for (bool told = false; shared is not null && !shared.TryBecomeWriter(lease); told = true)
            {
                if (!told)
                {
                    Say(context, "waiting for another crawler that writes with this catalog");
                }

                await Task.Delay(Poll, cancellation).ConfigureAwait(false);
            }

            if (shared is not null)
            {
                RemoveHelpers(Path.Combine(context.Workspace.Folder, "mirrors"), shared);
            }

            return new CrawlTurn(file, shared, lease);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Lets the next one write.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await ((Task)_renewal).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _shared?.EndTurn(SharedFetch.Queue);
        _file.Dispose();
        _end.Dispose();
    }

    private static async Task<FileLock> HelpAsync(
        StageContext context, CrawlOptions options, Catalog shared, Shelf shelf, string path, CancellationToken cancellation)
    {
        Say(context, "another process crawls into this workspace; this one fetches for it until it ends");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        long worker = shared.Register();
        using var helper = new FetchHelper(
            context, shared, options, shelf, Path.Combine(context.Workspace.Folder, "mirrors", HelperFolder(worker)));
        Task help = helper.RunAsync(stop.Token);
        Task renewal = RenewAsync(shared, TimeSpan.FromSeconds(options.LeaseSeconds), stop.Token);
        Task<FileLock> taking = FileLock.TakeAsync(path, null, stop.Token);
        await Task.WhenAny(taking, help, renewal).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await ((Task)taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await help.ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
            Say(context, $"{helper.Fetched} repositories fetched for the other process");
            return await taking.ConfigureAwait(false);
        }
        catch
        {
            if (taking.IsCompletedSuccessfully)
            {
                taking.Result.Dispose();
            }

            throw;
        }
    }

    // A fault ends it; the next commit, or the next lease, meets the same fault and says so.
    private static async Task RenewAsync(Catalog catalog, TimeSpan lease, CancellationToken cancellation)
    {
        try
        {
            using var timer = new PeriodicTimer(lease / 4);
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                catalog.Renew(lease);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The turn is over.
        }
    }

    // Of helpers that were killed. A folder still in use by what a killed one left running is removed another time.
    private static void RemoveHelpers(string mirrors, Catalog catalog)
    {
        HashSet<string> live = [.. catalog.Workers().Select(worker => HelperFolder(worker.Id))];
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
                // As said above.
            }
        }
    }

    private static string HelperFolder(long? worker) => $"helper-{(worker is { } id ? id.ToString(CultureInfo.InvariantCulture) : "*")}";

    private static void Say(StageContext context, string text) => context.Events.Write(Note.Information(text));
}
