using System.Data.Common;
using System.Security.Cryptography;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>
/// Crawls the sources into the workspace and pins the run's input. An unchanged repository is not read again, and a known content is not
/// stored again. A run that has its input keeps it (<see cref="CrawlOptions.Repin"/>) as long as the options and the sources are the same.
/// One process at a time crawls into a workspace; a second one waits, and fetches for the first meanwhile where they share a catalog.
/// </summary>
/// <param name="options">The options.</param>
/// <param name="handlers">Creates the handlers that send HTTP requests; null for the network.</param>
public sealed class CrawlStage(CrawlOptions options, IHttpHandlerFactory? handlers = null) : IStage
{
    private readonly IHttpHandlerFactory _handlers = handlers ?? NetworkHandlerFactory.Instance;

    /// <summary>Incremented with every change by which the stage writes other rows for the same files.</summary>
    internal const int CodeVersion = 4;

    /// <summary>The name of the run's manifest entry; its output is <c>1-input.json</c>.</summary>
    internal const string InputPart = "input";

    /// <inheritdoc/>
    public string Name => StageNames.Crawl;

    /// <inheritdoc/>
    /// <exception cref="DataForgeException">A source is wrong, gone or damaged, or the workspace cannot be written.</exception>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        if (IsPinned(context.Run) && RoundEnd.Find(context.Run) is null)
        {
            using IDisposable? scope = context.BeginPart(InputPart);
            context.Events.Write(Note.Information("the run keeps its pinned input; --set crawl.repin=true crawls what changed since"));
            return;
        }

        IReadOnlyList<ISource> sources = SourceList.Parse(options);
        try
        {
            await CrawlAsync(context, sources, cancellation).ConfigureAwait(false);
        }
        catch (DbException e)
        {
            CatalogAddress address = CatalogAddress.Parse(options.Catalog, context.Workspace.CatalogFile);
            throw new DataForgeException(
                $"the catalog {address} cannot be read or written ({e.Message}): "
                + "free space, correct its permissions or check its server, then run the same command again.",
                inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataForgeException(
                $"the crawl cannot continue ({e.Message}): free space or correct permissions in {context.Workspace.Folder}, "
                + "then run the same command again.",
                inner: e);
        }
    }

    private async Task CrawlAsync(StageContext context, IReadOnlyList<ISource> sources, CancellationToken cancellation)
    {
        Workspace workspace = context.Workspace;
        CatalogAddress address = CatalogAddress.Parse(options.Catalog, workspace.CatalogFile);
        var fetched = new SharedFetchFolder(SharedFetchFolder.In(workspace));

        // A shared catalog is opened before this crawler's turn, so that it can help the writer meanwhile.
        using Catalog? shared = address.IsShared ? Open(workspace, address, context.Time) : null;
        if (shared is not null)
        {
            shared.Reconnected = why =>
                context.Events.Write(Note.Warning($"the connection to the catalog broke ({why}) and was reopened"));
        }

        await using CrawlTurn turn =
            await CrawlTurn.AcquireAsync(context, options, _handlers, shared, fetched, cancellation).ConfigureAwait(false);
        fetched.Clear();
        RoundEnd? killed = RoundEnd.Find(context.Run);
        if (killed is null && IsPinned(context.Run))
        {
            return;
        }

        using Catalog? own = shared is null ? Open(workspace, address, context.Time) : null;
        Catalog catalog = shared ?? own!;
        if (killed is not null && FindPin(context.Run)?.InputHash == killed.Input)
        {
            killed.Finish(context.Run, catalog.Ledger);
            return;
        }

        RawFolder.Recover(workspace, catalog);
        WorkspaceOptOuts optOuts = WorkspaceOptOuts.Read(workspace);
        SourceNames.Assign(catalog, sources.OfType<ILocatedSource>(), optOuts);
        using var scratch = new ScratchFolder(Path.Combine(workspace.Folder, "scratch"));
        ScanContext scan = NewScanContext(context, scratch, catalog, shared is null ? null : new SharedFetch(shared.Leases, fetched));
        IReadOnlyList<(long, int)> snapshots;
        int optedOut;
        List<string> queries;
        using (var crawl = new Crawl(context, catalog, options, scan, optOuts))
        {
            snapshots = await crawl.RunAsync(sources, cancellation).ConfigureAwait(false);
            (optedOut, queries) = (crawl.OptedOut, crawl.Queries);
        }

        fetched.Clear();
        PinnedList.Write(Path.Combine(context.Run.Folder, PinnedList.FileName), catalog, snapshots, options.RowsHash());
        Pin(context.Run, catalog, snapshots, optedOut, queries);
    }

    private ScanContext NewScanContext(StageContext context, ScratchFolder scratch, Catalog catalog, SharedFetch? shared) => new(
        options, scratch.Path, Path.Combine(context.Workspace.Folder, "mirrors"), id => catalog.Contents.Find(id).Size)
    {
        Time = context.Time,
        Handlers = _handlers,
        WriteNote = context.Events.Write,
        WriteBudget = context.Events.Write,
        Progress = unit => context.Progress(StageNames.Crawl, unit, 0),
        Catalog = catalog,
        Shared = shared,
    };

    private static Catalog Open(Workspace workspace, CatalogAddress address, TimeProvider time)
    {
        RawFolder.CheckOwner(workspace, address);
        return Catalog.Open(address, time);
    }

    private bool IsPinned(Run run) => !options.Repin && FindPin(run) is not null;

    // The entry of the run's input, where it was pinned by these options and is intact; null otherwise.
    private ManifestEntry? FindPin(Run run) => File.Exists(run.InputFile)
        && run.Manifest.Find(Name, InputPart) is { } entry && entry.OptionsHash == PinHash(options) && Manifest.IsWhole(run.Folder, entry)
            ? entry
            : null;

    private void Pin(Run run, Catalog catalog, IReadOnlyList<(long Repository, int Snapshot)> snapshots, int optedOut, List<string> queries)
    {
        var counts = new CountTable { [CountName.Repositories] = snapshots.Count };
        if (optedOut > 0)
        {
            counts[CountName.RepositoriesOptedOut] = optedOut;
        }

        RunInput input = catalog.Parts.InputOf(snapshots, counts);
        string hash = HashOf(input);
        RoundEnd? end = queries.Count == 0
            ? null
            : new RoundEnd(hash, RoundsOf(queries, catalog.Ledger));
        end?.Announce(run);
        if (!File.Exists(run.InputFile) || StageHash.OfFile(run.InputFile) != hash)
        {
            CanonicalJson.WriteFile(run.InputFile, input);
        }

        run.Manifest.Commit(new ManifestEntry
        {
            Stage = Name,
            Part = InputPart,
            InputHash = hash,
            OptionsHash = PinHash(options),
            Outputs = [new ManifestOutput(Path.GetFileName(run.InputFile), new FileInfo(run.InputFile).Length, hash)],
            Counts = counts,
        });
        end?.Finish(run, catalog.Ledger);
    }

    private static SortedDictionary<string, int> RoundsOf(List<string> queries, LedgerStore ledger) =>
        new(queries.Distinct().ToDictionary(query => query, query => ledger.State(query).Round), StringComparer.Ordinal);

    // The input is serialized twice: the end of the rounds is announced with its hash before the file exists.
    private static string HashOf(RunInput input)
    {
        using var hash = SHA256.Create();
        using (var sink = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            CanonicalJson.Write(sink, input);
        }

        return Convert.ToHexStringLower(hash.Hash!);
    }

    /// <summary>The hash of the options and sources that a run is pinned to, as the user gave them.</summary>
    internal static string PinHash(CrawlOptions options) => StageHash.Combine(
        [StageHash.OfOptions(StageNames.Crawl, CodeVersion, options), .. options.Sources.Distinct().Order(StringComparer.Ordinal)]);
}
