using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;
using Microsoft.Data.Sqlite;

namespace DataForge.Crawler;

/// <summary>
/// Reads the sources into the workspace and pins the run's input. What is there already is neither read (an unchanged repository) nor
/// stored (a known content) again. A run that has its input keeps it (<see cref="CrawlOptions.Repin"/>) as long as the options and the
/// sources named are the same. One process crawls into a workspace at a time; a second waits.
/// </summary>
public sealed class CrawlStage(CrawlOptions options) : IStage
{
    /// <summary>Raised whenever the stage would write other rows for the same files.</summary>
    internal const int CodeVersion = 1;

    /// <summary>The name of the run's manifest entry; its output is <c>1-input.json</c>.</summary>
    internal const string InputPart = "input";

    internal const string StageName = "crawl";

    /// <inheritdoc/>
    public string Name => StageName;

    /// <inheritdoc/>
    /// <exception cref="DataForgeException">A source is wrong, gone or damaged, or the workspace cannot be written.</exception>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        if (IsPinned(context.Run))
        {
            context.Events.Write(Note.Information("the run keeps its input as it was pinned; Crawl:Repin takes what changed since"));
            return;
        }

        IReadOnlyList<ISource> sources = SourceList.Parse(options);
        try
        {
            await CrawlAsync(context, sources, cancellation).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new DataForgeException(
                $"{context.Workspace.CatalogFile} cannot be read or written ({e.Message}): free space or mend its rights, then run the same command again.",
                inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataForgeException(
                $"the crawl cannot go on ({e.Message}): free space or mend rights in {context.Workspace.Folder}, then run the same command again.",
                inner: e);
        }
    }

    private async Task CrawlAsync(StageContext context, IReadOnlyList<ISource> sources, CancellationToken cancellation)
    {
        Workspace workspace = context.Workspace;
        using FileLock held = await FileLock.TakeAsync(
            WorkspaceRemoval.LockFile(workspace),
            () => context.Events.Write(Note.Information("waiting for another process that crawls into this workspace")),
            cancellation).ConfigureAwait(false);
        if (IsPinned(context.Run))
        {
            return;
        }

        RawFolder.CheckOwner(workspace);
        using Catalog catalog = Catalog.Open(workspace.CatalogFile);
        RawFolder.Recover(workspace, catalog);
        WorkspaceOptOuts optOuts = WorkspaceOptOuts.Read(workspace);
        SourceNames.Assign(catalog, sources.OfType<ILocatedSource>(), optOuts);
        using var scratch = new ScratchFolder(Path.Combine(workspace.Folder, "scratch"));
        var scan = new ScanContext(options, scratch.Path, Path.Combine(workspace.Folder, "mirrors"), id => catalog.FindContent(id).Size);
        IReadOnlyList<(long, int)> snapshots;
        int optedOut;
        using (var crawl = new Crawl(context, catalog, options, scan, optOuts))
        {
            snapshots = await crawl.RunAsync(sources, cancellation).ConfigureAwait(false);
            optedOut = crawl.OptedOut;
        }

        Pin(context.Run, catalog, snapshots, optedOut);
    }

    private bool IsPinned(Run run) => !options.Repin && File.Exists(run.InputFile)
        && run.Manifest.Find(Name, InputPart) is { } entry && entry.OptionsHash == PinHash(options) && Manifest.IsWhole(run.Folder, entry);

    private void Pin(Run run, Catalog catalog, IReadOnlyList<(long Repository, int Snapshot)> snapshots, int optedOut)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["repositories"] = snapshots.Count };
        if (optedOut > 0)
        {
            counts["repositories.opted_out"] = optedOut;
        }

        byte[] input = CanonicalJson.Write(catalog.Input(snapshots, counts));
        if (!File.Exists(run.InputFile) || !File.ReadAllBytes(run.InputFile).AsSpan().SequenceEqual(input))
        {
            AtomicFile.Write(run.InputFile, input);
        }

        string hash = StageHash.OfFile(run.InputFile);
        run.Manifest.Commit(new ManifestEntry
        {
            Stage = Name,
            Part = InputPart,
            InputHash = hash,
            OptionsHash = PinHash(options),
            Outputs = [new ManifestOutput(Path.GetFileName(run.InputFile), input.Length, hash)],
            Counts = counts,
        });
    }

    // A run is pinned to options and sources; both are as the user gave them.
    internal static string PinHash(CrawlOptions options) => StageHash.Combine(
        [StageHash.OfOptions(StageName, CodeVersion, options), .. options.Sources.Distinct().Order(StringComparer.Ordinal)]);
}
