using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Folders;
using DataForge.Crawler.Git;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>A raw part after it was rewritten.</summary>
/// <param name="Part">The part.</param>
/// <param name="ContentParts">The parts that store the contents of its occurrences.</param>
public sealed record RewrittenPart(RawPart Part, IReadOnlyList<int> ContentParts);

/// <summary>What is removed from a workspace's catalog and raw parts.</summary>
public sealed record RemovedRows
{
    /// <summary>Nothing was removed.</summary>
    public static RemovedRows None { get; } = new()
    {
        Repositories = [], Locations = [], Parts = [], AllParts = 0, Occurrences = 0, Contents = 0, SharedContents = 0,
    };

    /// <summary>The repositories.</summary>
    public required IReadOnlyList<RemovedRepository> Repositories { get; init; }

    /// <summary>Names of sources that are removed with them.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Parts rewritten.</summary>
    public required IReadOnlyList<RewrittenPart> Parts { get; init; }

    /// <summary>Parts of the workspace.</summary>
    public required int AllParts { get; init; }

    /// <summary>Rows removed.</summary>
    public required long Occurrences { get; init; }

    /// <summary>Contents removed.</summary>
    public required long Contents { get; init; }

    /// <summary>Contents that other repositories have too, and that stay.</summary>
    public required long SharedContents { get; init; }
}

/// <summary>
/// Removes repositories from the catalog and the raw parts. The caller holds the workspace's locks, so no process crawls or builds.
/// </summary>
public static class WorkspaceRemoval
{
    private const string ContentsFile = "contents";

    /// <summary>The lock that a crawl holds.</summary>
    public static string LockFile(Workspace workspace) => Path.Combine(workspace.Folder, "crawl.lock");

    /// <summary>Names of all repositories of the workspace.</summary>
    public static IReadOnlyList<string> RepositoryNames(Workspace workspace, string? catalogAddress)
    {
        if (!HasCatalog(workspace, catalogAddress))
        {
            return [];
        }

        using Catalog catalog = Open(workspace, catalogAddress);
        return [.. catalog.Removal.AllRepositories().Select(repository => repository.Name)];
    }

    /// <summary>Whether the workspace has been crawled into.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="catalogAddress">The address of its catalog (<see cref="CrawlOptions.Catalog"/>).</param>
    public static bool HasCatalog(Workspace workspace, string? catalogAddress) =>
        Catalog.Exists(CatalogAddress.Parse(catalogAddress, workspace.CatalogFile));

    /// <summary>Writes the new files of <c>raw/</c> beside the old ones, and the ids of the removed contents into a folder.</summary>
    /// <param name="rewrite">The new files of the workspace.</param>
    /// <param name="catalogAddress">The address of its catalog (<see cref="CrawlOptions.Catalog"/>).</param>
    /// <param name="list">The repositories and owners to remove.</param>
    /// <param name="folder">The folder, which <see cref="Apply"/> reads.</param>
    /// <param name="cancellation">Stops it; nothing is changed then.</param>
    /// <exception cref="DataForgeException">The workspace is damaged.</exception>
    public static RemovedRows Rewrite(
        WorkspaceRewrite rewrite, string? catalogAddress, OptOutList list, string folder, CancellationToken cancellation)
    {
        Workspace workspace = rewrite.Workspace;
        RawFolder.CheckOwner(workspace, CatalogAddress.Parse(catalogAddress, workspace.CatalogFile));
        using Catalog catalog = Open(workspace, catalogAddress);
        RawFolder.Recover(workspace, catalog);
        List<RemovedRepository> repositories =
        [
            .. from repository in catalog.Removal.AllRepositories()
               where list.FindRepository(repository.Name) is not null
               select new RemovedRepository(repository.Id, repository.Name),
        ];
        HashSet<long> ids = [.. repositories.Select(repository => repository.Id)];

        // A source that is named after an owner belongs to the owner as a whole.
        List<(string Kind, string Location, string Name)> locations = [.. catalog.Names.All().Where(location =>
            list.FindRepository(location.Name) is not null || list.FindRepository(location.Name + "/") is not null)];
        IEnumerable<RemovedRepository> sources = locations.Select(location => new RemovedRepository(
            RepositoryIds.Of(location.Kind, location.Name), location.Name,
            WorkspaceOptOuts.LocationHash(location.Kind, location.Location)));
        foreach ((_, string location, _) in locations.Where(location => location.Kind == GitSource.KindName))
        {
            rewrite.Remove("mirrors/" + GitMirror.FolderName(location));
        }

        int parts = catalog.Parts.NextNumber();
        var raw = new RawRewriter(rewrite, ids, parts, cancellation);
        List<RewrittenPart> rewritten = ids.Count > 0 ? raw.Rewrite() : [];
        WriteContents(Path.Combine(folder, ContentsFile), raw.Contents);
        rewrite.Remove("scratch");
        rewrite.Remove(Path.GetRelativePath(workspace.Folder, SharedFetchFolder.In(workspace)));
        return new RemovedRows
        {
            Repositories = [.. sources.Concat(repositories).DistinctBy(repository => repository.Id).OrderBy(repository => repository.Id)],
            Locations = [.. locations.Select(location => location.Name)],
            Parts = rewritten,
            AllParts = parts,
            Occurrences = raw.Occurrences,
            Contents = raw.Contents.Count,
            SharedContents = raw.Shared,
        };
    }

    /// <summary>Updates the catalog to the rewritten parts. Idempotent.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="catalogAddress">The address of its catalog.</param>
    /// <param name="removed">What <see cref="Rewrite"/> removed.</param>
    /// <param name="folder">The folder with the ids of the removed contents.</param>
    public static void Apply(Workspace workspace, string? catalogAddress, RemovedRows removed, string folder)
    {
        using Catalog catalog = Open(workspace, catalogAddress);
        catalog.Removal.Remove(
            [.. removed.Repositories.Select(repository => repository.Id)], removed.Locations,
            ReadContents(Path.Combine(folder, ContentsFile)), removed.Parts);
    }

    /// <summary>Whether a source, as the user wrote it, is one of those removed.</summary>
    public static bool IsRemoved(string source, IEnumerable<RemovedRepository> removed)
    {
        int colon = source.IndexOf(':');
        string rest = source[(colon + 1)..];
        string? location = (colon < 0 ? "" : source[..colon]) switch
        {
            FolderSource.KindName => FolderSource.LocationOf(rest),
            GitSource.KindName => GitLocationOf(source, rest),
            _ => null,
        };
        return location is not null
            && removed.Any(repository => repository.Location == WorkspaceOptOuts.LocationHash(source[..colon], location));
    }

    /// <summary>Pins a run to the snapshots it had, without those of removed repositories. Idempotent.</summary>
    /// <param name="run">The run.</param>
    /// <param name="catalogAddress">The address of the catalog.</param>
    /// <param name="options">The run's new options, where sources were removed from them; else null.</param>
    public static void Pin(Run run, string? catalogAddress, CrawlOptions? options)
    {
        using Catalog catalog = Open(run.Workspace, catalogAddress);
        HashSet<long> known = [.. catalog.Removal.AllRepositories().Select(repository => repository.Id)];
        List<(long, int)> snapshots =
        [
            .. from repository in run.ReadInput().Repositories
               where known.Contains(repository.Id)
               select (repository.Id, repository.Snapshot),
        ];
        var counts = new CountTable { [CountName.Repositories] = snapshots.Count };
        long length = CanonicalJson.WriteFile(run.InputFile, catalog.Parts.InputOf(snapshots, counts));
        PinnedList.KeepOnly(Path.Combine(run.Folder, PinnedList.FileName), known);
        if (run.Manifest.Find(StageNames.Crawl, CrawlStage.InputPart) is { } entry)
        {
            string hash = StageHash.OfFile(run.InputFile);
            run.Manifest.Commit(entry with
            {
                InputHash = hash,
                OptionsHash = options is null ? entry.OptionsHash : CrawlStage.PinHash(options),
                Outputs = [new ManifestOutput(Path.GetFileName(run.InputFile), length, hash)],
                Counts = counts,
            });
        }
    }

    private static Catalog Open(Workspace workspace, string? catalogAddress) =>
        Catalog.Open(CatalogAddress.Parse(catalogAddress, workspace.CatalogFile), TimeProvider.System);

    private static string GitLocationOf(string source, string rest)
    {
        try
        {
            return GitLocation.Parse(source, rest).Location;
        }
        catch (DataForgeException)
        {
            // The folder was deleted since then; its location is the path that the user gave.
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(rest));
        }
    }

    private static void WriteContents(string path, IEnumerable<BlobId> contents)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        byte[] bytes = new byte[BlobId.Size];
        foreach (BlobId id in contents)
        {
            id.CopyTo(bytes);
            file.Write(bytes);
        }

        file.Flush(flushToDisk: true);
    }

    private static IEnumerable<BlobId> ReadContents(string path)
    {
        if (!File.Exists(path))
        {
            // The folder is deleted last: the contents were removed from the catalog before.
            yield break;
        }

        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[BlobId.Size];
        while (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length)
        {
            yield return new BlobId(bytes);
        }
    }
}
