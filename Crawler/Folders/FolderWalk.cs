using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary>Lists the files of one repository in a folder. Links are rows, never followed; nothing unreadable is passed over.</summary>
internal sealed class FolderWalk(FolderPackage package, FileSystem files, CrawlOptions options, CancellationToken cancellation)
{
    private readonly ListingBuilder _listing = new(options);

    public IReadOnlyList<FoundFile> List()
    {
        switch (package.Form)
        {
            case PackageForm.Module:
                AddFile(FileSystem.Join(package.Folder, package.Module!), PathText.FromBytes(package.Module!), EntryType.File);
                break;
            case PackageForm.Modules or PackageForm.Leftovers:
                AddLoose();
                break;
            default:
                Walk(package.Folder, package.Prefix, options.MaxFolderDepth, isRoot: true);
                break;
        }

        var paths = new HashSet<string>(_listing.Files.Select(file => file.Path), StringComparer.Ordinal);
        foreach (Evidence evidence in package.Evidence.Where(evidence => !paths.Contains(evidence.Path)))
        {
            AddPlain(evidence.File, evidence.Path, evidence.Kind);
        }

        return _listing.Finish();
    }

    private void Walk(byte[] folder, byte[] prefix, int depth, bool isRoot)
    {
        cancellation.ThrowIfCancellationRequested();
        string logical = PathText.FromBytes(prefix);
        FolderEntry[]? entries = depth >= 0 ? files.List(folder, out string? fault) : Deep(out fault);
        if (entries is null)
        {
            string rule = depth >= 0 ? FaultRules.Unreadable : FaultRules.Limit;
            _listing.AddFault(logical.Length > 0 ? logical : ".", GitMode.Folder, FileKind.Python, rule, fault ?? "");
            return;
        }

        // A repository within is one of its own (PackageFinder.FindBelow).
        if (!isRoot && Array.Exists(entries, entry => entry.Name.AsSpan().SequenceEqual(".git"u8)))
        {
            return;
        }

        foreach (FolderEntry entry in entries)
        {
            byte[] path = FileSystem.Join(prefix, entry.Name);
            if (entry.Name.AsSpan().SequenceEqual(".git"u8) || !_listing.Enter(logical))
            {
                continue;
            }

            if (entry.Type != EntryType.Folder)
            {
                AddFile(FileSystem.Join(folder, entry.Name), PathText.FromBytes(path), entry.Type);
            }
            else if (package.Form == PackageForm.Repository || !IsPackagesFolder(entry.Name))
            {
                Walk(FileSystem.Join(folder, entry.Name), path, depth - 1, isRoot: false);
            }
        }
    }

    private void AddLoose()
    {
        FolderEntry[]? entries = files.List(package.Folder, out string? fault);
        if (entries is null)
        {
            _listing.AddFault(".", GitMode.Folder, FileKind.Python, FaultRules.Unreadable, fault ?? "");
            return;
        }

        foreach (FolderEntry entry in entries)
        {
            byte[] file = FileSystem.Join(package.Folder, entry.Name);
            string path = PathText.FromBytes(entry.Name);
            bool isPython = FileKinds.Of(path) == FileKind.Python;
            if (entry.Type == EntryType.Folder)
            {
                if (files.List(file, out fault) is null)
                {
                    _listing.AddFault(path, GitMode.Folder, FileKind.Python, FaultRules.Unreadable, fault ?? "");
                }
            }
            else if (package.Form == PackageForm.Modules || (entry.Type == EntryType.Symlink && !isPython))
            {
                AddFile(file, path, entry.Type);
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

        if (type == EntryType.Symlink)
        {
            // A link to a folder may stand for any number of Python files.
            if (kind is not null || files.Facts(file, follow: true, out _)?.Type == EntryType.Folder)
            {
                _listing.AddFault(path, GitMode.Symlink, kind ?? FileKind.Python, FaultRules.Symlink, "links are not followed");
            }
        }
        else if (kind is not null)
        {
            AddPlain(file, path, kind.Value);
        }
    }

    private void AddPlain(byte[] file, string path, FileKind kind)
    {
        FileFacts? facts = files.Facts(file, follow: false, out string? fault);
        string? pathFault = PathText.Fault(path);
        if (facts is not { Type: EntryType.File } plain)
        {
            _listing.AddFault(path, facts?.GitMode ?? GitMode.File, kind, FaultRules.Unreadable, fault ?? "no plain file");
        }
        else if (pathFault is not null)
        {
            _listing.AddFault(PathText.Shortened(path), plain.GitMode, kind, FaultRules.Path, pathFault);
        }
        else
        {
            _listing.Files.Add(new FolderFile
            {
                Path = path, Kind = kind, Mode = plain.GitMode, Size = plain.Size, File = file, Modified = plain.ModifiedNanoseconds,
            });
        }
    }

    private FolderEntry[]? Deep(out string? fault)
    {
        fault = $"more than {options.MaxFolderDepth} folders deep";
        return null;
    }

    private static bool IsPackagesFolder(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("site-packages"u8) || name.SequenceEqual("dist-packages"u8);
}
