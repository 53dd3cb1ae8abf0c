using DataForge.Corpus;

namespace DataForge.Crawler.Folders;

/// <summary>How the files of a package lie.</summary>
internal enum PackageForm
{
    /// <summary>A work tree with <c>.git</c>: all below belongs to it; paths begin below it.</summary>
    Repository,

    /// <summary>A package folder: all below belongs to it; paths begin with its name.</summary>
    Package,

    /// <summary>The loose modules of a folder, without its folders.</summary>
    Modules,

    /// <summary>One loose module of a folder in which many projects install theirs.</summary>
    Module,

    /// <summary>No file: only a folder's links and unreadable folders, so that rows account for them.</summary>
    Leftovers,
}

/// <summary>A file that says something about a package's licence, and the path it gets in that package's repository.</summary>
internal sealed record Evidence(byte[] File, string Path, FileKind Kind);

/// <summary>A repository found in a folder.</summary>
internal sealed record FolderPackage
{
    /// <summary>Its name: the source's name, and the path below it.</summary>
    public required string Name { get; init; }

    /// <summary>How its files lie.</summary>
    public required PackageForm Form { get; init; }

    /// <summary>Its folder (of a module: the folder it lies in).</summary>
    public required byte[] Folder { get; init; }

    /// <summary>What its paths begin with: the package folder's name, or nothing.</summary>
    public byte[] Prefix { get; init; } = [];

    /// <summary>The file's name, of a single module.</summary>
    public byte[]? Module { get; init; }

    /// <summary>What is known of its licence beyond its own files.</summary>
    public List<Evidence> Evidence { get; } = [];

    /// <summary>Adds evidence; of two for one path the first, nearer one stays.</summary>
    public void Add(Evidence evidence)
    {
        if (!Evidence.Exists(other => other.Path == evidence.Path))
        {
            Evidence.Add(evidence);
        }
    }
}
