using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary><c>dir:PATH</c>: a plain folder, divided into repositories by <see cref="PackageFinder"/>.</summary>
internal sealed class FolderSource(string text, string path, FileSystem? files = null, DebianCopyrights? copyrights = null)
    : ISource, ILocatedSource
{
    /// <summary>The kind of this source.</summary>
    public const string KindName = "dir";

    private readonly FileSystem _files = files ?? new FileSystem();

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    public string Text => text;

    /// <inheritdoc/>
    public string Location { get; } = LocationOf(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> NameParts => Location.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public int LeastNameParts => 1;

    /// <inheritdoc/>
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => null;

    /// <summary>The absolute path of a folder, with links resolved.</summary>
    public static string LocationOf(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return FileSystem.RealPath(full) ?? full;
    }

    /// <inheritdoc/>
    public ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        byte[] root = FileSystem.Bytes(path);
        byte[] name = FileSystem.Bytes(NameParts.Count > 0 ? NameParts[^1] : "");
        FolderTree tree = FolderTree.Walk(_files, root, name, context.Options.MaxFolderDepth, cancellation);
        if (tree.Fault is { } fault)
        {
            throw DataForgeException.Usage($"{text} cannot be read ({fault}): name a folder that you can read.");
        }

        IReadOnlyList<FolderPackage> packages = new PackageFinder(_files, cancellation).Find(tree, root, Name);
        (copyrights ?? new DebianCopyrights()).Attach(path, packages);
        ISourceRepository[] repositories = [.. packages.Select(package => new FolderRepository(package, _files, context.Options))];
        Array.Sort(repositories, static (left, right) => left.Id.CompareTo(right.Id));
        return new(new SourceScan(repositories, tree.Files));
    }
}
