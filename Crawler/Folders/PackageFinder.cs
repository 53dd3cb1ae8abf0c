using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary>
/// Divides a folder into repositories:
/// a folder with <c>.git</c> is one; a folder with modules of its own is a package and one repository, named by its path below the
/// source; a folder without, below which repositories or folders of packages lie, is looked into; loose modules of a folder form one
/// repository together, named as the folder, but in <c>site-packages</c> and <c>dist-packages</c>, where each belongs to another
/// project, one each. What lies above or beside a package and tells its licence goes with it.
/// </summary>
internal sealed class PackageFinder(FileSystem files)
{
    private readonly List<FolderPackage> _found = [];

    /// <summary>Finds the repositories below a source's folder.</summary>
    public IReadOnlyList<FolderPackage> Find(FolderTree tree, byte[] path, string name)
    {
        if (tree.HasGit)
        {
            AddRepository(tree, path, name);
        }
        else if (tree.HasInit)
        {
            Place(tree, path, name, [], new InstalledMetadata(files, path, []));
        }
        else
        {
            Open(tree, path, name, []);
        }

        return _found;
    }

    // A folder that holds packages side by side. Licences come from it and the folders above it, nearest first.
    private void Open(FolderTree folder, byte[] path, string name, IReadOnlyList<Evidence> above)
    {
        FolderEntry[] entries = files.List(path, out _) ?? [];
        List<Evidence> licenses = [];
        List<FolderEntry> modules = [];
        bool leftovers = false;
        foreach (FolderEntry entry in entries)
        {
            string text = PathText.FromBytes(entry.Name);
            FileKind? kind = FileKinds.Of(text);
            if (entry.Type == EntryType.File && kind == FileKind.License)
            {
                licenses.Add(new Evidence(FileSystem.Join(path, entry.Name), text, FileKind.License));
            }
            else if (entry.Type != EntryType.Folder && kind == FileKind.Python)
            {
                modules.Add(entry);
            }
            else
            {
                leftovers |= entry.Type == EntryType.Symlink
                    && files.Facts(FileSystem.Join(path, entry.Name), follow: true, out _)?.Type == EntryType.Folder;
            }
        }

        licenses.AddRange(above);
        var metadata = new InstalledMetadata(files, path, entries);
        foreach (FolderTree child in folder.Folders)
        {
            if (!child.IsInfo)
            {
                Place(child, FileSystem.Join(path, child.Name), name + "/" + PathText.FromBytes(child.Name), licenses, metadata);
            }

            leftovers |= child.HasFault && IsBare(child);
        }

        AddModules(folder, path, name, modules, leftovers, licenses, metadata);
    }

    private void Place(FolderTree folder, byte[] path, string name, IReadOnlyList<Evidence> licenses, InstalledMetadata metadata)
    {
        if (folder.HasGit)
        {
            AddRepository(folder, path, name);
        }
        else if (folder.IsPackagesFolder || (folder.OwnPython == 0 && folder.HasRootsBelow))
        {
            // What others installed side by side is under none of the licences above: a standard library's covers no site-packages.
            Open(folder, path, name, folder.IsPackagesFolder ? [] : licenses);
        }
        else if (folder.Python > 0 || (folder.HasFault && !IsBare(folder)))
        {
            var package = new FolderPackage { Name = name, Form = PackageForm.Package, Folder = path, Prefix = folder.Name };
            AddEvidence(package, licenses, metadata, folder.Name);
            _found.Add(package);
            FindBelow(folder, path, name, licenses, gitOnly: false);
        }
    }

    private void AddRepository(FolderTree folder, byte[] path, string name)
    {
        _found.Add(new FolderPackage { Name = name, Form = PackageForm.Repository, Folder = path });
        FindBelow(folder, path, name, [], gitOnly: true);
    }

    // Repositories (a submodule, a clone) and folders of packages inside a package: they stand for themselves, and its walk passes them by.
    private void FindBelow(FolderTree folder, byte[] path, string name, IReadOnlyList<Evidence> licenses, bool gitOnly)
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
                Open(child, childPath, childName, []);
            }
            else if (child.HasRootsBelow)
            {
                FindBelow(child, childPath, childName, licenses, gitOnly);
            }
        }
    }

    private void AddModules(
        FolderTree folder, byte[] path, string name, List<FolderEntry> modules, bool leftovers, IReadOnlyList<Evidence> licenses,
        InstalledMetadata metadata)
    {
        if (folder.IsPackagesFolder)
        {
            foreach (FolderEntry module in modules)
            {
                var single = new FolderPackage
                {
                    Name = name + "/" + PathText.FromBytes(module.Name), Form = PackageForm.Module, Folder = path, Module = module.Name,
                };
                AddEvidence(single, licenses, metadata, module.Name.AsSpan()[..^3]);
                _found.Add(single);
            }

            modules = [];
        }

        if (modules.Count > 0 || leftovers)
        {
            var loose = new FolderPackage
            {
                Name = name, Form = folder.IsPackagesFolder ? PackageForm.Leftovers : PackageForm.Modules, Folder = path,
            };
            licenses.ToList().ForEach(loose.Add);
            foreach (FolderEntry module in modules)
            {
                metadata.For(module.Name.AsSpan()[..^3]).ToList().ForEach(loose.Add);
            }

            _found.Add(loose);
        }
    }

    private static void AddEvidence(
        FolderPackage package, IReadOnlyList<Evidence> licenses, InstalledMetadata metadata, ReadOnlySpan<byte> module)
    {
        licenses.ToList().ForEach(package.Add);
        metadata.For(module).ToList().ForEach(package.Add);
    }

    // A folder that could not be listed at all: nobody knows what it is, so its row stands with the folder it lies in.
    private static bool IsBare(FolderTree folder) => folder.HasFault && folder.Folders.Count == 0 && folder.Python == 0;
}
