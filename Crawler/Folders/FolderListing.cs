using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary>
/// Lists the files of one repository from the <see cref="FolderTree"/> in which it was found; only the files' facts are read from disk.
/// Links are rows; only those of licences and metadata are followed (<see cref="LinkPath"/>). What cannot be read is a row too.
/// </summary>
internal sealed class FolderListing(FolderPackage package, FileSystem files, CrawlOptions options, CancellationToken cancellation)
{
    private readonly ListingBuilder _listing = new(options);
    private byte[]? _root;

    /// <summary>The files in the order of <see cref="PathText.Compare"/>, limits applied.</summary>
    public IReadOnlyList<FoundFile> List()
    {
        switch (package.Form)
        {
            case PackageForm.Module:
                AddFile(FileSystem.Join(package.Folder, package.Module!), PathText.FromBytes(package.Module!), EntryType.File);
                break;
            case PackageForm.Modules or PackageForm.FaultsOnly:
                AddLooseFiles();
                break;
            default:
                AddFolder(package.Tree, package.Folder, package.Prefix, options.MaxFolderDepth, isRoot: true);
                break;
        }

        var paths = new HashSet<string>(_listing.Files.Select(file => file.Path), StringComparer.Ordinal);
        foreach (Evidence evidence in package.Evidence.Where(evidence => !paths.Contains(evidence.Path)))
        {
            if (files.Facts(evidence.File, follow: false, out _)?.Type != EntryType.Symlink)
            {
                AddPlainFile(evidence.File, evidence.Path, evidence.Kind);
            }
            else if (Followed(evidence.File) is { } target)
            {
                AddPlainFile(target, evidence.Path, evidence.Kind, isLink: true);
            }
            else
            {
                _listing.AddFault(evidence.Path, GitMode.Symlink, evidence.Kind, RuleNames.Symlink, LinkPath.DetailOf(evidence.Kind));
            }
        }

        return _listing.Finish();
    }

    private void AddFolder(FolderTree folder, byte[] path, byte[] prefix, int depth, bool isRoot)
    {
        cancellation.ThrowIfCancellationRequested();
        string logical = PathText.FromBytes(prefix);
        folder = Listed(folder, path, depth);
        if (folder.IsTooDeep || folder.Fault is not null)
        {
            (string rule, string detail) = folder.IsTooDeep
                ? (RuleNames.Limit, $"more than {options.MaxFolderDepth} folders deep")
                : (RuleNames.Unreadable, folder.Fault!);
            _listing.AddFault(logical.Length > 0 ? logical : ".", GitMode.Folder, FileKind.Python, rule, detail);
            return;
        }

        // A git repository inside a package is a repository of its own (PackageFinder.FindBelow).
        if (!isRoot && folder.HasGit)
        {
            return;
        }

        int counted = 0;
        foreach (FolderItem item in folder.Items)
        {
            if (!CountEntries(logical, ref counted, item.Position + 1))
            {
                return;
            }

            byte[] itemPath = FileSystem.Join(prefix, item.Name);
            if (item.Folder is null)
            {
                AddFile(FileSystem.Join(path, item.Name), PathText.FromBytes(itemPath), item.Type);
            }
            else if (package.Form == PackageForm.Repository || !item.Folder.IsPackagesFolder)
            {
                AddFolder(item.Folder, FileSystem.Join(path, item.Name), itemPath, depth - 1, isRoot: false);
            }
        }

        CountEntries(logical, ref counted, folder.EntryCount);
    }

    // Entries that the tree left out count as well: the limit is on what a walk has to look at.
    private bool CountEntries(string folder, ref int counted, int upTo)
    {
        for (; counted < upTo; counted++)
        {
            if (!_listing.Enter(folder))
            {
                return false;
            }
        }

        return true;
    }

    // The tree counts its depth from the source's folder, a repository from its own: the levels between are listed here.
    private FolderTree Listed(FolderTree folder, byte[] path, int depth) =>
        folder.IsTooDeep && depth >= 0 ? FolderTree.Walk(files, path, folder.Name, depth, cancellation) : folder;

    private void AddLooseFiles()
    {
        FolderTree folder = Listed(package.Tree, package.Folder, depth: 0);
        if (folder.Fault is not null)
        {
            _listing.AddFault(".", GitMode.Folder, FileKind.Python, RuleNames.Unreadable, folder.Fault);
            return;
        }

        foreach (FolderItem item in folder.Items)
        {
            byte[] file = FileSystem.Join(package.Folder, item.Name);
            string path = PathText.FromBytes(item.Name);
            if (item.Folder is not null)
            {
                if (Listed(item.Folder, file, depth: 0).Fault is { } fault)
                {
                    _listing.AddFault(path, GitMode.Folder, FileKind.Python, RuleNames.Unreadable, fault);
                }
            }
            else if (package.Form == PackageForm.Modules || (item.Type == EntryType.Symlink && item.Kind != FileKind.Python))
            {
                AddFile(file, path, item.Type);
            }
        }
    }

    private void AddFile(byte[] file, string path, EntryType type)
    {
        FileKind? kind = FileKinds.Of(path);
        if (files.Facts(file, follow: false, out _)?.Type is { } now)
        {
            type = now;
        }

        if (type == EntryType.Symlink && LinkPath.IsFollowed(kind) && Followed(file) is { } target)
        {
            AddPlainFile(target, path, kind!.Value, isLink: true);
        }
        else if (type == EntryType.Symlink)
        {
            // A link to a folder may stand for any number of Python files.
            if (kind is not null || files.Facts(file, follow: true, out _)?.Type == EntryType.Folder)
            {
                _listing.AddFault(path, GitMode.Symlink, kind ?? FileKind.Python, RuleNames.Symlink, LinkPath.DetailOf(kind));
            }
        }
        else if (kind is not null)
        {
            AddPlainFile(file, path, kind.Value);
        }
    }

    // The file that a link leads to, inside the folder of all the source's files; null if it leads to none there.
    private byte[]? Followed(byte[] link)
    {
        _root ??= FileSystem.RealPath(package.Root) ?? package.Root;
        byte[]? target = FileSystem.RealPath(link);
        return target is not null && target.AsSpan().StartsWith(FileSystem.Join(_root, ""u8))
            && target.AsSpan(_root.Length).IndexOf("/.git/"u8) < 0 && files.Facts(target, follow: false, out _)?.Type == EntryType.File
                ? target
                : null;
    }

    private void AddPlainFile(byte[] file, string path, FileKind kind, bool isLink = false)
    {
        FileFacts? facts = files.Facts(file, follow: false, out string? fault);
        string? pathFault = PathText.Fault(path);
        if (facts is not { Type: EntryType.File } plain)
        {
            _listing.AddFault(path, facts?.GitMode ?? GitMode.File, kind, RuleNames.Unreadable, fault ?? "not a regular file");
        }
        else if (pathFault is not null)
        {
            _listing.AddFault(PathText.Shortened(path), plain.GitMode, kind, RuleNames.Path, pathFault);
        }
        else
        {
            _listing.Files.Add(new FolderFile
            {
                Path = path, Kind = kind, Mode = isLink ? GitMode.Symlink : plain.GitMode, Size = plain.Size, File = file,
                Modified = plain.ModifiedNanoseconds,
            });
        }
    }
}
