using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary><c>dir:PATH</c>: a plain folder, divided into repositories by <see cref="PackageFinder"/>.</summary>
internal sealed class FolderSource(string text, string path, FileSystem? files = null, DebianCopyrights? copyrights = null)
    : ISource, ILocatedSource
{
    public const string KindName = "dir";
    private readonly FileSystem _files = files ?? new FileSystem();

    public string Kind => KindName;

    public string Text => text;

    public string Location { get; } = LocationOf(path);

    public IReadOnlyList<string> NameParts => Location.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public int LeastNameParts => 1;

    public string Name { get; set; } = "";

    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => null;

    /// <summary>Where a path leads, links followed.</summary>
    public static string LocationOf(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return FileSystem.RealPath(full) ?? full;
    }

    public ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        byte[] root = FileSystem.Bytes(path);
        if (_files.List(root, out string? fault) is null)
        {
            throw DataForgeException.Usage($"{text} cannot be read ({fault}): name a folder that you can read.");
        }

        byte[] name = FileSystem.Bytes(NameParts.Count > 0 ? NameParts[^1] : "");
        FolderTree tree = FolderTree.Walk(_files, root, name, context.Options.MaxFolderDepth, cancellation);
        IReadOnlyList<FolderPackage> packages = new PackageFinder(_files).Find(tree, root, Name);
        (copyrights ?? new DebianCopyrights()).Attach(path, packages);
        ISourceRepository[] repositories = [.. packages.Select(package => new FolderRepository(package, _files, context.Options))];
        Array.Sort(repositories, static (left, right) => left.Id.CompareTo(right.Id));
        return new(new SourceScan(repositories, tree.Files));
    }
}
