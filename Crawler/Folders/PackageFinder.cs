using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary>
/// Divides a folder into repositories. A folder with <c>.git</c> is one repository. A folder with its own modules is a package and one
/// repository, named by its path below the source. A folder without modules is searched if there are repositories or folders of packages
/// below it. The loose modules of a folder form one repository together, with the folder's name; but in <c>site-packages</c> and
/// <c>dist-packages</c> each of them is a repository, because each belongs to another project. Licence files and metadata above or beside
/// a package become part of its repository.
/// </summary>
internal sealed class PackageFinder(FileSystem files, CancellationToken cancellation = default)
{
    private readonly List<FolderPackage> _found = [];

    /// <summary>Finds the repositories in a source's folder.</summary>
    /// <param name="tree">The folder, walked.</param>
    /// <param name="path">Its path.</param>
    /// <param name="name">The source's name, with which the names of the repositories begin.</param>
    public IReadOnlyList<FolderPackage> Find(FolderTree tree, byte[] path, string name)
    {
        if (tree.HasGit)
        {
            AddRepository(tree, path, name);
        }
        else if (tree.HasInit)
        {
            AddOrSearch(tree, path, name, [], new InstalledMetadata(files, path, [], cancellation));
        }
        else
        {
            Search(tree, path, name, []);
        }

        return _found;
    }

    // A folder that holds packages side by side. Licences come from it and from the folders above it, nearest first.
    private void Search(FolderTree folder, byte[] path, string name, IReadOnlyList<Evidence> above)
    {
        // A folder of packages is searched even where the walk of the tree ended just above it.
        IReadOnlyList<FolderItem> items = folder.IsTooDeep
            ? FolderTree.Walk(files, path, folder.Name, depth: 0, cancellation).Items
            : folder.Items;
        List<Evidence> licenses = [];
        List<FolderItem> modules = [];
        bool hasFaults = false;
        foreach (FolderItem item in items)
        {
            if (item is { Type: EntryType.File, Kind: FileKind.License } && !item.Name.AsSpan().EndsWith(".py.license"u8))
            {
                licenses.Add(new Evidence(FileSystem.Join(path, item.Name), PathText.FromBytes(item.Name), FileKind.License));
            }
            else if (item.Kind == FileKind.Python)
            {
                modules.Add(item);
            }
            else if (item.Folder is { IsOfReuse: true } texts)
            {
                var found = texts.Items.Where(text => text is { Type: EntryType.File, Kind: FileKind.License });
                licenses.AddRange(found.Select(text => new Evidence(
                    FileSystem.Join(FileSystem.Join(path, item.Name), text.Name),
                    PathText.FromBytes(FileSystem.Join(item.Name, text.Name)), FileKind.License)));
            }
            else
            {
                hasFaults |= item.Type == EntryType.Symlink
                    && files.Facts(FileSystem.Join(path, item.Name), follow: true, out _)?.Type == EntryType.Folder;
            }
        }

        // What a REUSE.toml or a dep5 further up says is said of paths from there.
        licenses.AddRange(above.Where(evidence => !NamesPaths(evidence.Path)));
        var metadata = new InstalledMetadata(files, path, items, cancellation);
        foreach (FolderTree child in folder.Folders)
        {
            if (!child.IsInfo)
            {
                AddOrSearch(child, FileSystem.Join(path, child.Name), name + "/" + PathText.FromBytes(child.Name), licenses, metadata);
            }

            hasFaults |= child.HasFault && IsBare(child);
        }

        AddModules(folder, path, name, modules, hasFaults, licenses, metadata);
    }

    private void AddOrSearch(FolderTree folder, byte[] path, string name, IReadOnlyList<Evidence> licenses, InstalledMetadata metadata)
    {
        if (folder.HasGit)
        {
            AddRepository(folder, path, name);
        }
        else if (folder.IsPackagesFolder || (folder.OwnPython == 0 && folder.HasRootsBelow))
        {
            // The licences above do not cover installed packages: that of a standard library does not cover its site-packages.
            Search(folder, path, name, folder.IsPackagesFolder ? [] : licenses);
        }
        else if (folder.Python > 0 || (folder.HasFault && !IsBare(folder)))
        {
            var package = new FolderPackage { Name = name, Form = PackageForm.Package, Tree = folder, Folder = path, Prefix = folder.Name };
            AddEvidence(package, licenses, metadata, folder.Name);
            _found.Add(package);
            FindBelow(folder, path, name, gitOnly: false);
        }
    }

    private void AddRepository(FolderTree folder, byte[] path, string name)
    {
        _found.Add(new FolderPackage { Name = name, Form = PackageForm.Repository, Tree = folder, Folder = path });
        FindBelow(folder, path, name, gitOnly: true);
    }

    // Git repositories (a submodule, a clone) and folders of packages inside a package are repositories of their own; the package's
    // listing leaves them out.
    private void FindBelow(FolderTree folder, byte[] path, string name, bool gitOnly)
    {
        foreach (FolderTree child in folder.Folders)
        {
            byte[] childPath = FileSystem.Join(path, child.Name);
            string childName = name + "/" + PathText.FromBytes(child.Name);
            if (child.HasGit)
            {
                AddRepository(child, childPath, childName);
            }
            else if (child.IsPackagesFolder && !gitOnly)
            {
                Search(child, childPath, childName, []);
            }
            else if (child.HasRootsBelow)
            {
                FindBelow(child, childPath, childName, gitOnly);
            }
        }
    }

    private void AddModules(
        FolderTree folder, byte[] path, string name, List<FolderItem> modules, bool hasFaults, IReadOnlyList<Evidence> licenses,
        InstalledMetadata metadata)
    {
        if (folder.IsPackagesFolder)
        {
            foreach (FolderItem module in modules)
            {
                var single = new FolderPackage
                {
                    Name = name + "/" + PathText.FromBytes(module.Name),
                    Form = PackageForm.Module,
                    Tree = folder,
                    Folder = path,
                    Module = module.Name,
                };
                AddEvidence(single, licenses, metadata, module.Name.AsSpan()[..^3]);
                _found.Add(single);
            }

            modules = [];
        }

        if (modules.Count > 0 || hasFaults)
        {
            var loose = new FolderPackage
            {
                Name = name, Form = folder.IsPackagesFolder ? PackageForm.FaultsOnly : PackageForm.Modules, Tree = folder, Folder = path,
            };
            loose.AddAll(licenses);
            foreach (FolderItem module in modules)
            {
                loose.AddAll(metadata.For(module.Name.AsSpan()[..^3]));
            }

            _found.Add(loose);
        }
    }

    private static bool NamesPaths(string path) => path is "REUSE.toml" or ".reuse/dep5";

    private static void AddEvidence(
        FolderPackage package, IReadOnlyList<Evidence> licenses, InstalledMetadata metadata, ReadOnlySpan<byte> module)
    {
        package.AddAll(licenses);
        package.AddAll(metadata.For(module));
    }

    // A folder that could not be listed at all: what it holds is unknown, so its row belongs to the folder above it.
    private static bool IsBare(FolderTree folder) => folder.HasFault && folder.Python == 0 && !folder.Folders.Any();
}
