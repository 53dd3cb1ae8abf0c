using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// The links of an archive. Only files that are taken by their names are kept of an archive, so that a link is followed to one of these
/// (<see cref="LinkPath"/>).
/// </summary>
internal sealed class ArchiveLinks
{
    // Links of which some may lead to folders; a repository has a few.
    private const int MaxLinks = 10_000;
    private readonly Dictionary<string, string> _targets = new(StringComparer.Ordinal);

    /// <summary>Forgets all links.</summary>
    public void Clear() => _targets.Clear();

    /// <summary>Adds a link.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="target">What it leads to.</param>
    public void Add(string path, byte[] target)
    {
        if (_targets.Count < MaxLinks && target.Length <= LinkPath.MaxTarget)
        {
            _targets[path] = PathText.FromBytes(target);
        }
    }

    /// <summary>The links that can be followed, each with the file that it leads to.</summary>
    /// <param name="files">All files and links of the archive that are taken.</param>
    public IReadOnlyDictionary<FoundFile, FoundFile> Follow(IReadOnlyList<FoundFile> files)
    {
        var followed = new Dictionary<FoundFile, FoundFile>(ReferenceEqualityComparer.Instance);
        FoundFile[] links = [.. files.Where(file => file.Fault == RuleNames.Symlink && LinkPath.IsFollowed(file.Kind))];
        if (links.Length == 0)
        {
            return followed;
        }

        var stored = new Dictionary<string, FoundFile>(StringComparer.Ordinal);
        foreach (FoundFile file in files.Where(file => file is { Fault: null, BlobId: not null }))
        {
            stored.TryAdd(file.Path, file);
        }

        (PathEntry, string?) LookUp(string path) =>
            (_targets.ContainsKey(path) ? PathEntry.Link : stored.ContainsKey(path) ? PathEntry.File : PathEntry.Folder,
                _targets.GetValueOrDefault(path));
        foreach (FoundFile link in links)
        {
            if (_targets.TryGetValue(link.Path, out string? target) && LinkPath.Follow(link.Path, target, LookUp) is { } path)
            {
                followed.Add(link, stored[path]);
            }
        }

        return followed;
    }
}
