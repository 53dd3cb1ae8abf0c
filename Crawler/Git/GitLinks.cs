using System.Text;
using DataForge.Corpus;
using DataForge.Crawler.Sources;
using LibGit2Sharp;

namespace DataForge.Crawler.Git;

/// <summary>Follows the links of a commit's tree that are licences or metadata by their names (<see cref="LinkPath"/>).</summary>
/// <param name="commit">The commit's id.</param>
internal sealed class GitLinks(string commit)
{
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    /// <summary>
    /// The entries, where a link can be followed with the id of the file that it leads to. The targets of links are contents, which may
    /// have to be fetched before it is known where they lead; each is asked for once.
    /// </summary>
    /// <param name="entries">The entries of the tree that are taken.</param>
    /// <param name="read">Reads the repository.</param>
    /// <param name="fetch">Fetches contents that it lacks, named by their ids.</param>
    public async Task<IReadOnlyList<GitEntry>> FollowAsync(
        IReadOnlyList<GitEntry> entries, Func<Func<Repository, IReadOnlyList<GitEntry>>, IReadOnlyList<GitEntry>> read,
        Func<HashSet<string>, Task> fetch)
    {
        HashSet<string> asked = new(StringComparer.Ordinal);
        while (true)
        {
            IReadOnlyList<GitEntry> known = entries;
            entries = read(repository => Follow(repository, known));
            HashSet<string> missing = [.. _missing.Except(asked)];
            if (missing.Count == 0)
            {
                return entries;
            }

            asked.UnionWith(missing);
            await fetch(missing).ConfigureAwait(false);
        }
    }

    private IReadOnlyList<GitEntry> Follow(Repository repository, IReadOnlyList<GitEntry> entries)
    {
        _missing.Clear();
        if (!entries.Any(IsOpen) || repository.Lookup<Commit>(commit)?.Tree is not { } root)
        {
            return entries;
        }

        return [.. entries.Select(entry => IsOpen(entry) && Find(repository, root, entry) is { } id
            ? entry with { Id = id, IsFollowed = true }
            : entry)];
    }

    // A path with an escape has no text that the tree could be searched with.
    private static bool IsOpen(GitEntry entry) => entry is { Mode: GitMode.Symlink, IsFollowed: false }
        && LinkPath.IsFollowed(entry.Kind) && !entry.Path.Contains('%', StringComparison.Ordinal);

    private BlobId? Find(Repository repository, Tree root, GitEntry entry)
    {
        try
        {
            return TargetOf(repository, entry.Id.ToString()) is { } target
                && LinkPath.Follow(entry.Path, target, path => LookUp(repository, root, path)) is { } file
                    ? BlobId.Parse(root[file].Target.Id.Sha)
                    : null;
        }
        catch (LibGit2SharpException)
        {
            // A damaged tree: its own row says so.
            return null;
        }
    }

    private (PathEntry Entry, string? Target) LookUp(Repository repository, Tree root, string path)
    {
        TreeEntry? found = root[path];
        return found?.Mode switch
        {
            Mode.Directory => (PathEntry.Folder, null),
            Mode.NonExecutableFile or Mode.ExecutableFile or Mode.NonExecutableGroupWritableFile => (PathEntry.File, null),
            Mode.SymbolicLink when TargetOf(repository, found.Target.Id.Sha) is { } target => (PathEntry.Link, target),
            _ => (PathEntry.Nothing, null),
        };
    }

    private string? TargetOf(Repository repository, string id)
    {
        if (repository.Lookup<Blob>(new ObjectId(id)) is not { } link)
        {
            _missing.Add(id);
            return null;
        }

        if (link.Size > LinkPath.MaxTarget)
        {
            return null;
        }

        byte[] target = new byte[link.Size];
        using Stream content = link.GetContentStream();
        content.ReadExactly(target);
        return Encoding.UTF8.GetString(target);
    }
}
