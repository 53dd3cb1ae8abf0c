using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary>A folder and what its files say about it, from one walk over names alone; about 200 bytes a folder.</summary>
internal sealed class FolderTree
{
    private FolderTree(byte[] name) => Name = name;

    /// <summary>The folder's name.</summary>
    public byte[] Name { get; }

    /// <summary>Its folders, links left out, in order of their names; none for <c>.git</c>.</summary>
    public List<FolderTree> Folders { get; } = [];

    /// <summary>Whether it is the root of a git repository's work tree.</summary>
    public bool HasGit { get; private set; }

    /// <summary>Whether <c>__init__.py</c> stands directly in it.</summary>
    public bool HasInit { get; private set; }

    /// <summary>Python files directly in it, links included.</summary>
    public int OwnPython { get; private set; }

    /// <summary>Python files in it and below.</summary>
    public long Python { get; private set; }

    /// <summary>Files in it and below that are taken by their names: Python, licences, metadata.</summary>
    public long Files { get; private set; }

    /// <summary>Whether something in it or below cannot be read or lies too deep: a row has to say so.</summary>
    public bool HasFault { get; private set; }

    /// <summary>Whether a repository or a folder of packages lies below it.</summary>
    public bool HasRootsBelow { get; private set; }

    /// <summary>Whether packages are installed in it side by side.</summary>
    public bool IsPackagesFolder => Name.AsSpan().SequenceEqual("site-packages"u8) || Name.AsSpan().SequenceEqual("dist-packages"u8);

    /// <summary>Whether it is described by packaging metadata, not by code: <c>X.dist-info</c>, <c>X.egg-info</c>.</summary>
    public bool IsInfo => InstalledMetadata.IsInfo(Name);

    /// <summary>Walks a folder.</summary>
    public static FolderTree Walk(FileSystem files, byte[] path, byte[] name, int depth, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var folder = new FolderTree(name);
        FolderEntry[]? entries = depth >= 0 ? files.List(path, out _) : null;
        if (entries is null)
        {
            folder.HasFault = true;
            return folder;
        }

        foreach (FolderEntry entry in entries)
        {
            if (entry.Name.AsSpan().SequenceEqual(".git"u8))
            {
                folder.HasGit = true;
            }
            else if (entry.Type == EntryType.Folder)
            {
                FolderTree below = Walk(files, FileSystem.Join(path, entry.Name), entry.Name, depth - 1, cancellation);
                folder.Folders.Add(below);
                folder.Python += below.Python;
                folder.Files += below.Files;
                folder.HasFault |= below.HasFault;
                folder.HasRootsBelow |= below.HasGit || below.IsPackagesFolder || below.HasRootsBelow;
            }
            else if (FileKinds.Of(PathText.FromBytes(entry.Name)) is { } kind)
            {
                folder.Files++;
                if (kind != FileKind.Python)
                {
                    continue;
                }

                folder.OwnPython++;
                folder.HasInit |= entry.Name.AsSpan().SequenceEqual("__init__.py"u8);
            }
        }

        folder.Python += folder.OwnPython;
        return folder;
    }
}
