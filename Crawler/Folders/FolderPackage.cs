using DataForge.Corpus;

namespace DataForge.Crawler.Folders;

/// <summary>How the files of a package are laid out.</summary>
internal enum PackageForm
{
    /// <summary>A work tree with <c>.git</c>: everything below belongs to it; its paths begin below its folder.</summary>
    Repository,

    /// <summary>A package folder: everything below belongs to it; its paths begin with the folder's name.</summary>
    Package,

    /// <summary>The loose modules of a folder, without the folders in it.</summary>
    Modules,

    /// <summary>One loose module of a folder into which many projects install theirs.</summary>
    Module,

    /// <summary>No file: only the links and unreadable folders of a folder, so that rows report them.</summary>
    FaultsOnly,
}

/// <summary>A file that says something about a package's licence.</summary>
/// <param name="File">Its path on disk.</param>
/// <param name="Path">The path it gets in the package's repository.</param>
/// <param name="Kind">A licence or metadata.</param>
internal sealed record Evidence(byte[] File, string Path, FileKind Kind);

/// <summary>A repository found in a folder.</summary>
internal sealed record FolderPackage
{
    /// <summary>Its name: the source's name and the path below it.</summary>
    public required string Name { get; init; }

    /// <summary>How its files are laid out.</summary>
    public required PackageForm Form { get; init; }

    /// <summary>Its folder, walked (of a module: the folder that holds it).</summary>
    public required FolderTree Tree { get; init; }

    /// <summary>The path of that folder.</summary>
    public required byte[] Folder { get; init; }

    /// <summary>The folder out of which none of its links is followed.</summary>
    public required byte[] Root { get; init; }

    /// <summary>What its paths begin with: the package folder's name, or nothing.</summary>
    public byte[] Prefix { get; init; } = [];

    /// <summary>The file's name, of a single module; null otherwise.</summary>
    public byte[]? Module { get; init; }

    /// <summary>Files beyond its own that say something about its licence.</summary>
    public List<Evidence> Evidence { get; } = [];

    /// <summary>Adds evidence; of several for one path the first, which is the nearest, stays.</summary>
    public void Add(Evidence evidence)
    {
        if (!Evidence.Exists(other => other.Path == evidence.Path))
        {
            Evidence.Add(evidence);
        }
    }

    /// <summary>Adds each piece of evidence (<see cref="Add"/>).</summary>
    public void AddAll(IEnumerable<Evidence> evidence)
    {
        foreach (Evidence item in evidence)
        {
            Add(item);
        }
    }
}
