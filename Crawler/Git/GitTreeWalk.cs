using System.Text;
using DataForge.Corpus;
using DataForge.Crawler.Folders;
using DataForge.Crawler.Sources;
using LibGit2Sharp;

namespace DataForge.Crawler.Git;

/// <summary>A file of a tree that is taken by its name.</summary>
/// <param name="Path">Its path (<see cref="PathText"/>).</param>
/// <param name="Mode">Its git mode.</param>
/// <param name="Kind">What its name stands for.</param>
/// <param name="Id">Its content's id.</param>
internal sealed record GitEntry(string Path, int Mode, FileKind Kind, BlobId Id)
{
    /// <summary>Whether it is a link that was followed: <see cref="Id"/> is that of the file it leads to.</summary>
    public bool IsFollowed { get; init; }
}

/// <summary>
/// Walks the tree of a commit. Trees are not trusted: names may be any bytes, and a tree may contain others over and over, so that a few
/// bytes stand for millions of entries.
/// </summary>
internal sealed class GitTreeWalk(string commit, CrawlOptions options)
{
    private readonly ListingBuilder _listing = new(options);
    private readonly List<GitEntry> _entries = [];
    private CancellationToken _cancellation;

    /// <summary>Finds the files. Trees that cannot be read become fault rows in the result of <see cref="Finish"/>.</summary>
    public IReadOnlyList<GitEntry> Walk(Repository repository, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        Enter(repository, () => repository.Lookup<Commit>(commit)?.Tree, [], ".", options.MaxFolderDepth);
        return _entries;
    }

    /// <summary>Looks up the files' sizes; returns the files in order, limits applied.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="entries">What <see cref="Walk(Repository, CancellationToken)"/> found.</param>
    /// <param name="storedSize">The size of a content that the repository lacks; −1 where it is unknown.</param>
    /// <param name="cancellation">Stops the walk.</param>
    /// <param name="missing">The fault rule and detail for a content whose size is unknown.</param>
    public IReadOnlyList<FoundFile> Finish(
        Repository repository, IReadOnlyList<GitEntry> entries, Func<BlobId, long> storedSize, CancellationToken cancellation,
        (string Rule, string Detail)? missing = null)
    {
        (string rule, string detail) = missing ?? (RuleNames.Unreadable, "the object is missing");
        foreach (GitEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            long size = Size(repository, entry.Id);
            size = size >= 0 ? size : storedSize(entry.Id);
            bool isLink = entry.Mode == GitMode.Symlink && !entry.IsFollowed;
            _listing.Files.Add(new FoundFile
            {
                Path = entry.Path,
                Mode = entry.Mode,
                Kind = entry.Kind,
                Size = size,
                BlobId = entry.Id,
                Fault = isLink ? RuleNames.Symlink : size < 0 ? rule : null,
                Detail = isLink ? LinkPath.DetailOf(entry.Kind) : size < 0 ? detail : "",
            });
        }

        return _listing.Finish();
    }

    private void Enter(Repository repository, Func<Tree?> find, byte[] prefix, string path, int depth)
    {
        string rule = RuleNames.Unreadable;
        string detail = "the tree is missing";
        try
        {
            if (depth < 0)
            {
                (rule, detail) = (RuleNames.Limit, $"more than {options.MaxFolderDepth} folders deep");
            }
            else if (find() is { } tree)
            {
                Walk(repository, tree, prefix, depth);
                return;
            }
        }
        catch (Exception e) when (e is LibGit2SharpException or GitException)
        {
            detail = e.Message;
        }

        _listing.AddFault(path, GitMode.Folder, FileKind.Python, rule, detail);
    }

    private void Walk(Repository repository, Tree tree, byte[] prefix, int depth)
    {
        _cancellation.ThrowIfCancellationRequested();
        byte[][]? names = null;
        int index = 0;
        foreach (TreeEntry entry in tree)
        {
            int position = index++;
            byte[] name = Encoding.UTF8.GetBytes(entry.Name);
            if (entry.Name.Contains('\uFFFD', StringComparison.Ordinal))
            {
                // LibGit2Sharp decodes names as UTF-8 and loses invalid bytes; the tree object has them.
                names ??= RawNames(repository, tree.Sha);
                name = position < names.Length ? names[position] : name;
            }

            byte[] bytes = FileSystem.Join(prefix, name);
            string path = PathText.FromBytes(bytes);
            if (!_listing.Enter(path))
            {
                return;
            }

            if (entry.Mode == Mode.Directory)
            {
                Enter(repository, () => repository.Lookup<Tree>(entry.Target.Id), bytes, path, depth - 1);
            }
            else if (entry.Mode != Mode.GitLink && FileKinds.Of(path) is { } kind)
            {
                Add(entry, path, kind);
            }
        }
    }

    private void Add(TreeEntry entry, string path, FileKind kind)
    {
        int mode = entry.Mode switch
        {
            Mode.SymbolicLink => GitMode.Symlink,
            Mode.ExecutableFile => GitMode.Executable,
            _ => GitMode.File,
        };
        if (PathText.Fault(path) is { } fault)
        {
            _listing.AddFault(PathText.Shortened(path), mode, kind, RuleNames.Path, fault);
            return;
        }

        _entries.Add(new GitEntry(path, mode, kind, BlobId.Parse(entry.Target.Id.Sha)));
        _listing.Pending++;
    }

    // A tree object (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects): for each entry its mode in octal, SP, its name, NUL, its id
    // in 20 bytes.
    private byte[][] RawNames(Repository repository, string tree)
    {
        byte[] output = RawObject.Read(ObjectsOf(repository), BlobId.Parse(tree)) ?? [];
        List<byte[]> names = [];
        for (int start = 0, end; start < output.Length; start = end + 1 + BlobId.Size)
        {
            end = Array.IndexOf(output, (byte)0, start);
            if (end < 0)
            {
                break;
            }

            names.Add(output[(Array.IndexOf(output, (byte)' ', start) + 1)..end]);
        }

        return [.. names];
    }

    // A linked worktree has no objects of its own: its file commondir names the repository's folder
    // (https://git-scm.com/docs/gitrepository-layout).
    private static string ObjectsOf(Repository repository)
    {
        string folder = repository.Info.Path;
        string link = Path.Combine(folder, "commondir");
        string common = File.Exists(link) ? Path.Combine(folder, File.ReadAllText(link).TrimEnd('\n')) : folder;
        return Path.Combine(common, "objects");
    }

    private static long Size(Repository repository, BlobId id)
    {
        try
        {
            return repository.ObjectDatabase.RetrieveObjectMetadata(new ObjectId(id.ToString())) is { } facts ? facts.Size : -1;
        }
        catch (LibGit2SharpException)
        {
            // Missing or damaged: the caller reports it as a fault of this file.
            return -1;
        }
    }
}
