using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Folders;
using DataForge.Crawler.Git;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler;

/// <summary>A raw part as it is after a rewriting.</summary>
/// <param name="Part">The part.</param>
/// <param name="ContentParts">The parts that hold contents of its occurrences.</param>
public sealed record RewrittenPart(RawPart Part, IReadOnlyList<int> ContentParts);

/// <summary>What is removed from a workspace's catalog and raw parts.</summary>
public sealed record RemovedRows
{
    /// <summary>Nothing.</summary>
    public static RemovedRows None { get; } = new()
    {
        Repositories = [], Locations = [], Parts = [], AllParts = 0, Occurrences = 0, Contents = 0, SharedContents = 0,
    };

    /// <summary>The repositories.</summary>
    public required IReadOnlyList<RemovedRepository> Repositories { get; init; }

    /// <summary>Names of sources that go with them.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Parts rewritten.</summary>
    public required IReadOnlyList<RewrittenPart> Parts { get; init; }

    /// <summary>Parts there are.</summary>
    public required int AllParts { get; init; }

    /// <summary>Rows removed.</summary>
    public required long Occurrences { get; init; }

    /// <summary>Contents removed.</summary>
    public required long Contents { get; init; }

    /// <summary>Contents that others hold too, and that stay.</summary>
    public required long SharedContents { get; init; }
}

/// <summary>Removes repositories from what was crawled. The caller holds the workspace: nobody crawls or builds meanwhile.</summary>
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
    /// <param name="catalogAddress">Where its catalog lies (<see cref="CrawlOptions.Catalog"/>).</param>
    public static bool HasCatalog(Workspace workspace, string? catalogAddress) => Catalog.Exists(CatalogAddress.Parse(catalogAddress, workspace.CatalogFile));

    /// <summary>Writes what is to change in <c>raw/</c> aside; the contents that go, into <paramref name="folder"/>.</summary>
    /// <exception cref="DataForgeException">The workspace is damaged.</exception>
    public static RemovedRows Rewrite(WorkspaceRewrite rewrite, string? catalogAddress, OptOutList list, string folder, CancellationToken cancellation)
    {
        Workspace workspace = rewrite.Workspace;
        RawFolder.CheckOwner(workspace, CatalogAddress.Parse(catalogAddress, workspace.CatalogFile));
        using Catalog catalog = Open(workspace, catalogAddress);
        RawFolder.Recover(workspace, catalog);
        List<RemovedRepository> repositories = [.. catalog.Removal.AllRepositories()
            .Where(repository => list.FindRepository(repository.Name) is not null).Select(repository => new RemovedRepository(repository.Id, repository.Name))];
        HashSet<long> ids = [.. repositories.Select(repository => repository.Id)];

        // A source named after an owner is all of the owner's.
        var locations = catalog.Names.All().Where(location => list.FindRepository(location.Name) is not null || list.FindRepository(location.Name + "/") is not null).ToList();
        var remembered = locations
            .Select(location => new RemovedRepository(RepositoryIds.Of(location.Kind, location.Name), location.Name, WorkspaceOptOuts.LocationHash(location.Kind, location.Location)))
            .ToList();
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
            Repositories = [.. remembered.Concat(repositories).DistinctBy(repository => repository.Id).OrderBy(repository => repository.Id)],
            Locations = [.. locations.Select(location => location.Name)],
            Parts = rewritten,
            AllParts = parts,
            Occurrences = raw.Occurrences,
            Contents = raw.Contents.Count,
            SharedContents = raw.Shared,
        };
    }

    /// <summary>Makes the catalog say what the rewritten parts hold. The same when done again.</summary>
    public static void Apply(Workspace workspace, string? catalogAddress, RemovedRows removed, string folder)
    {
        using Catalog catalog = Open(workspace, catalogAddress);
        catalog.Removal.Remove([.. removed.Repositories.Select(repository => repository.Id)], removed.Locations, ReadContents(Path.Combine(folder, ContentsFile)), removed.Parts);
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
        return location is not null && removed.Any(repository => repository.Location == WorkspaceOptOuts.LocationHash(source[..colon], location));
    }

    /// <summary>
    /// Pins a run anew to the snapshots it had, without those of repositories that are gone. The same when done again.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="catalogAddress">Where the catalog lies.</param>
    /// <param name="options">The run's options where its sources became fewer; else null.</param>
    public static void Pin(Run run, string? catalogAddress, CrawlOptions? options)
    {
        using Catalog catalog = Open(run.Workspace, catalogAddress);
        HashSet<long> known = [.. catalog.Removal.AllRepositories().Select(repository => repository.Id)];
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        List<(long, int)> snapshots = [.. run.ReadInput().Repositories.Where(repository => known.Contains(repository.Id)).Select(repository => (repository.Id, repository.Snapshot))];
        counts["repositories"] = snapshots.Count;
        long length = CanonicalJson.WriteFile(run.InputFile, catalog.Parts.InputOf(snapshots, counts));
        PinnedList.KeepOnly(Path.Combine(run.Folder, PinnedList.FileName), known);
        if (run.Manifest.Find(CrawlStage.StageName, CrawlStage.InputPart) is { } entry)
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
            // The folder is gone since; it lay where it was named.
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
            // The folder is removed last: the catalog has forgotten them already.
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
